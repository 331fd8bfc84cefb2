import type { Contact } from '../../core/contracts/records.ts';

/** What no query asks of a contact, as JSON; null where there is none of it. A contact is kept by its first time, and looked for by that. */
export function contactDetail(contact: Contact): string | null {
  const { variant, send, releasesAt, state, told, reservations, decidedAt, heard } = contact;
  const sentAt = contact.firstAt === undefined ? undefined : contact.at;
  const text = JSON.stringify({
    ...{ variant, send, releasesAt, state, told, reservations },
    ...{ decidedAt, heard, sentAt },
  });
  return text === '{}' ? null : text;
}

type Kept = Pick<Contact, 'person' | 'at' | 'decision' | 'programme' | 'channel'>;

/** A contact as it was written. Those from before there were details have none. */
export function withDetail(
  { person, at: first, decision, programme, channel }: Kept,
  detail: string | null,
): Contact {
  const { sentAt, ...told } = (detail === null ? {} : JSON.parse(detail)) as Partial<Contact> & {
    sentAt?: number;
  };
  const at = sentAt ?? first;
  const own = { person, at, decision, programme, channel, ...told };
  return sentAt === undefined ? own : { ...own, firstAt: first };
}
