import type { Contact } from '../contracts/records.ts';
import type { Objection } from '../domain/decision.ts';
import type { Cap, Programme, Variant } from '../domain/programme.ts';
import { HOUR_MS } from '../domain/programme.ts';
import { endOf, lastTimeOf, standing } from './contacts.ts';
import type { GuardContext, Guardrail } from './guardrail.ts';
import { longer, unknown } from './guardrail.ts';
import { pastOf } from './history.ts';
import { once } from './once.ts';

/** Whether a contact is one of those a cap counts. */
export function counted(
  { per, channel }: Pick<Cap, 'per' | 'channel'>,
  contact: Pick<Contact, 'channel' | 'programme' | 'variant'>,
  variant: string,
  programme: string,
): boolean {
  if (channel !== undefined && contact.channel !== channel) return false;
  if (per === 'person') return true;
  if (contact.programme !== programme) return false;
  return per === 'person-programme' || contact.variant === variant;
}

/** What is counted of the person; the other caps are of all persons. */
const WHOSE: Partial<Record<Cap['per'], string>> = {
  person: '',
  'person-programme': ' of this programme',
  'person-variant': ' of this variant',
};

/** Whether a cap counts what one person had; the others count everybody's (`needs.ts`). */
export const ofPerson = ({ per }: Cap): boolean => WHOSE[per] !== undefined;

/** For how long after its time a message of a programme may still be sent, ms. */
export const openMs = ({ guardrails: { releaseAfterHours = 0 } }: Programme): number =>
  releaseAfterHours * HOUR_MS;

/**
 * Most contacts that may come into one window with a message that is sent at `at` or up to `open` ms later: into the one that ends
 * with `at`, and into those that end with a contact that is planned for later.
 */
function fullest(contacts: readonly Contact[], at: number, window: number, open: number): number {
  const later = contacts.filter((own) => own.at > at && own.at < at + open + window).map((own) => own.at);
  const inside = (end: number): number =>
    contacts.filter((own) => own.at <= end && lastTimeOf(own) > end - window).length;
  return Math.max(...[at, ...later].map(inside));
}

/** When one more fits again, ms since 1970, or undefined: a place is free only when a contact leaves its window or is released. */
function freeAt(
  contacts: readonly Contact[],
  { count }: Cap,
  window: number,
  open: number,
): number | undefined {
  const ends = contacts.map((contact) => Math.min(lastTimeOf(contact) + window, endOf(contact)));
  return ends
    .sort((a, b) => a - b)
    .find((end) => fullest(standing(contacts, end), end, window, open) < count);
}

/** Why one more contact would be one too many, or undefined. */
export function full(cap: Cap, variant: Variant, context: GuardContext): Objection | undefined {
  const { now, programme, asOf = now } = context;
  const [window, open] = [cap.hours * HOUR_MS, openMs(programme)];
  const near = standing(context.contacts, asOf).filter(
    (contact) => lastTimeOf(contact) > now - window && counted(cap, contact, variant.id, programme.id),
  );
  if (near.length < cap.count) return undefined;
  const most = fullest(near, now, window, open);
  if (most < cap.count) return undefined;
  const until = freeAt(near, cap, window, open);
  const next = until === undefined ? 'never' : new Date(until).toISOString();
  const unsent = near.filter(({ state, at }) => state !== 'sent' && at < now + open + window).length;
  const waiting = unsent === 0 ? '' : ` (${unsent} not known to be sent)`;
  const what = `${cap.channel === undefined ? '' : `${cap.channel} `}contacts${WHOSE[cap.per] ?? ''}${waiting}`;
  const { count: limit, hours, per, channel } = cap;
  const detail = `${most} of ${limit} ${what} in ${hours} h, next free ${next}`;
  return { detail, until, count: most, limit, hours, per, channel };
}

/** A cap on a signal is free again when the last one too many has left its window. */
function often(
  { signal = '', count: limit, hours, channel }: Cap,
  context: GuardContext,
): Objection | undefined {
  const times = pastOf(context).after(signal, context.now - hours * HOUR_MS);
  const count = times.length;
  if (count < limit) return undefined;
  const last = times[limit - 1];
  const until = last === undefined ? undefined : last + hours * HOUR_MS;
  const next = until === undefined ? 'never' : new Date(until).toISOString();
  return {
    detail: `${count} of ${limit} ${signal} in ${hours} h, next free ${next}`,
    until,
    count,
    limit,
    hours,
    signal,
    channel,
  };
}

/** Why there is no room under one cap for a message with a variant, or undefined. */
const against = (cap: Cap, variant: Variant, context: GuardContext): Objection | undefined =>
  cap.per === 'person-variant'
    ? full(cap, variant, context)
    : once(context, cap, '', () =>
        cap.signal === undefined ? full(cap, variant, context) : often(cap, context),
      );

/**
 * Caps count contacts of the person, over all programmes or in this one, or signals, in windows that roll to the millisecond. Of several
 * the one speaks that has room again last.
 */
export const caps: Guardrail = (variant, context) => {
  let last: Objection | undefined;
  for (const cap of context.programme.guardrails.caps ?? []) {
    if (cap.channel !== undefined && cap.channel !== variant.channel) continue;
    if (!ofPerson(cap)) continue;
    if (context.blind) return unknown('contacts cannot be looked up');
    last = longer(last, against(cap, variant, context));
  }
  return last;
};
