import type { Contact } from '../contracts/records.ts';
import type { Objection } from '../domain/decision.ts';
import type { Cap, Variant } from '../domain/programme.ts';
import { HOUR_MS } from '../domain/programme.ts';
import { endOf, standing } from './contacts.ts';
import type { GuardContext, Guardrail } from './guardrail.ts';
import { unknown } from './guardrail.ts';
import { timesOf } from './history.ts';

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

function full(cap: Cap, variant: Variant, context: GuardContext): Objection | undefined {
  const { now, programme } = context;
  const window = cap.hours * HOUR_MS;
  const inside = standing(context.contacts, now).filter(
    (contact) => contact.at > now - window && counted(cap, contact, variant.id, programme.id),
  );
  if (inside.length < cap.count) return undefined;
  const ends = inside.map((contact) => Math.min(contact.at + window, endOf(contact))).sort((a, b) => a - b);
  // a place is free once fewer than `count` are left
  const until = ends[inside.length - cap.count];
  const next = until === undefined ? 'never' : new Date(until).toISOString();
  const unsent = inside.filter(({ state }) => state !== 'sent').length;
  const waiting = unsent === 0 ? '' : ` (${unsent} not known to be sent)`;
  const what = `${cap.channel ?? 'any'} contacts${WHOSE[cap.per] ?? ''}${waiting}`;
  const { count: limit, hours, per, channel } = cap;
  const detail = `${inside.length} of ${limit} ${what} in ${hours} h, next free ${next}`;
  return { detail, until, count: inside.length, limit, hours, per, channel };
}

/** A cap on a signal is free again when the last one too many has left its window. */
function often(
  { signal = '', count: limit, hours, channel }: Cap,
  context: GuardContext,
): Objection | undefined {
  const { signals = [], now } = context;
  const times = timesOf(signals, signal, now - hours * HOUR_MS);
  const count = times.length;
  if (count < limit) return undefined;
  const last = times[limit - 1];
  const until = last === undefined ? undefined : last + hours * HOUR_MS;
  return {
    detail: `${count} of ${limit} ${signal} in ${hours} h`,
    until,
    count,
    limit,
    hours,
    signal,
    channel,
  };
}

/** Caps count contacts of the person, over all programmes or in this one, or signals, in windows that roll to the millisecond. */
export const caps: Guardrail = (variant, context) => {
  for (const cap of context.programme.guardrails.caps ?? []) {
    if (cap.channel !== undefined && cap.channel !== variant.channel) continue;
    if (!ofPerson(cap)) continue;
    if (context.blind) return unknown('contacts cannot be looked up');
    const objection = cap.signal === undefined ? full(cap, variant, context) : often(cap, context);
    if (objection) return objection;
  }
  return undefined;
};
