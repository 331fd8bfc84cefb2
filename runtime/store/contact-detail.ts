import type { Contact } from '../../core/contracts/records.ts';

/** What no query asks of a contact, as JSON; null where there is none of it. */
export function contactDetail({
  variant,
  send,
  releasesAt,
  state,
  told,
  reservations,
}: Contact): string | null {
  const text = JSON.stringify({ variant, send, releasesAt, state, told, reservations });
  return text === '{}' ? null : text;
}

type Kept = Pick<Contact, 'person' | 'at' | 'decision' | 'programme' | 'channel'>;

/** A contact as it was written. Those from before there were details have none. */
export const withDetail = (
  { person, at, decision, programme, channel }: Kept,
  detail: string | null,
): Contact => ({
  ...{ person, at, decision, programme, channel },
  ...(detail === null ? {} : (JSON.parse(detail) as Partial<Contact>)),
});
