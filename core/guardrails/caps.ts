import type { Contact } from '../contracts/records.ts';
import type { Cap, Variant } from '../domain/programme.ts';
import { HOUR_MS } from '../domain/programme.ts';
import { endOf, standing } from './contacts.ts';
import type { GuardContext, Guardrail } from './guardrail.ts';
import { countSignals } from './history.ts';

/** Whether a contact is one of those a cap counts. */
function counted(cap: Cap, contact: Contact, variant: Variant, programme: string): boolean {
  if (cap.channel !== undefined && contact.channel !== cap.channel) return false;
  if (cap.per === 'person') return true;
  if (contact.programme !== programme) return false;
  return cap.per === 'person-programme' || contact.variant === variant.id;
}

/** What is counted of the person; the other caps are of all persons. */
const WHOSE: Partial<Record<Cap['per'], string>> = {
  person: '',
  'person-programme': ' of this programme',
  'person-variant': ' of this variant',
};

function often({ signal = '', count, hours }: Cap, context: GuardContext): string | undefined {
  const happened = countSignals(context, signal, hours * HOUR_MS);
  return happened < count ? undefined : `${happened} of ${count} ${signal} in ${hours} h`;
}

function full(cap: Cap, variant: Variant, context: GuardContext): string | undefined {
  const { now, programme } = context;
  const window = cap.hours * HOUR_MS;
  const inside = standing(context.contacts, now).filter(
    (contact) => contact.at > now - window && counted(cap, contact, variant, programme.id),
  );
  if (inside.length < cap.count) return undefined;
  const ends = inside.map((contact) => Math.min(contact.at + window, endOf(contact))).sort((a, b) => a - b);
  // a place is free once fewer than `count` are left
  const frees = ends[inside.length - cap.count];
  const next = frees === undefined ? 'never' : new Date(frees).toISOString();
  const unsent = inside.filter(({ state }) => state !== 'sent').length;
  const waiting = unsent === 0 ? '' : ` (${unsent} not known to be sent)`;
  const what = `${cap.channel ?? 'any'} contacts${WHOSE[cap.per] ?? ''}${waiting}`;
  return `${inside.length} of ${cap.count} ${what} in ${cap.hours} h, next free ${next}`;
}

/** Caps count contacts of the person, over all programmes or in this one, or signals, in windows that roll to the millisecond. */
export const caps: Guardrail = (variant, context) => {
  for (const cap of context.programme.guardrails.caps ?? []) {
    if (cap.channel !== undefined && cap.channel !== variant.channel) continue;
    if (WHOSE[cap.per] === undefined) continue;
    if (context.blind) return 'contacts cannot be looked up';
    const reason = cap.signal === undefined ? full(cap, variant, context) : often(cap, context);
    if (reason !== undefined) return reason;
  }
  return undefined;
};
