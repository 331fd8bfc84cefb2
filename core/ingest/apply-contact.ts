import type { Contact } from '../contracts/records.ts';
import type { ContactSignal, Report } from '../domain/contact-signals.ts';
import {
  CONTACT_SIGNALS,
  DELIVERY_MS,
  REPORTED_CHANNELS,
  REPORT_SKEW_MS,
} from '../domain/contact-signals.ts';
import type { SignalEvent } from '../domain/event.ts';
import type { Person } from '../domain/person.ts';
import { endOf } from '../guardrails/contacts.ts';
import { firstAtOf, OTHER_TOOL, withHeard } from '../people/contact-times.ts';
import type { WorkingSet } from '../people/working-set.ts';

/**
 * What a signal says about contacts: one of ours was sent or never will be, or another tool made one. A send, its delivery and
 * its end may arrive in any order; that it was sent stands. What is told apart by its decision, its send or its message is the
 * same contact; where nothing tells it apart, a delivery is that of a message sent lately on its channel.
 */
export function applyToContacts(event: SignalEvent, person: Person, set: WorkingSet): void {
  if (event.machine === true) return;
  const { decisionId, send, message } = event;
  const owner = (decisionId === undefined ? undefined : set.personOfDecision(decisionId)) ?? person;
  giveBack(event, owner, set);
  const signal = CONTACT_SIGNALS.get(event.name);
  if (!signal) return;
  const id = send ?? message;
  const named = set
    .contactsAbout(owner.id, decisionId, id)
    .filter((contact) => contact.decision === decisionId || isOn(contact, signal));
  const unnamed = decisionId === undefined && id === undefined;
  const own = unnamed ? meant(event, signal, set.contacts(owner.id)) : named;
  // of a send that was told of before it was decided, only the decision's contact stands
  const ours = own.filter(({ programme }) => programme !== OTHER_TOOL);
  for (const contact of ours.length > 0 ? ours : own) {
    const next = heard(contact, signal, event.at);
    if (next !== contact) set.putContact(owner.id, next);
  }
  if (own.length > 0 || !isReport(signal.says)) return;
  set.putContact(owner.id, {
    person: owner.id,
    at: event.at,
    decision: decisionId ?? `${event.source}:${event.id}`,
    programme: OTHER_TOOL,
    channel: signal.channel,
    send: id,
    state: 'sent',
    heard: { says: signal.says, at: event.at },
    told: id === undefined ? [signal.says] : undefined,
  });
}

const isReport = (says: ContactSignal['says']): says is Report => says === 'sent' || says === 'delivered';

/** One send may go out on several channels; on one that no platform has a name for, it is told under another. */
const isOn = ({ channel }: Contact, signal: ContactSignal): boolean =>
  channel === signal.channel || !REPORTED_CHANNELS.has(channel);

/** What was told of a contact; those of other tools from before this was kept were told to be sent. */
const toldOf = ({ told, programme }: Contact): readonly Report[] =>
  told ?? (programme === OTHER_TOOL ? ['sent'] : []);

/** A contact as it is after a signal of some time; the same where that says nothing new. */
function heard(contact: Contact, { says }: ContactSignal, at: number): Contact {
  if (says === 'aborted') return contact.state ? contact : { ...contact, state: says };
  const own = withHeard(contact, { says, at });
  const told = toldOf(contact);
  if (isReport(says) && contact.send === undefined && !told.includes(says))
    return { ...own, state: 'sent', told: [...told, says] };
  return contact.state === 'sent' ? own : { ...own, state: 'sent' };
}

/**
 * The contact that a send or a delivery without any id is of: the nearest on its channel that has no id either, of which that was
 * not told yet, and that it may be the delivery of, or may have been delivered before it was told to be sent.
 */
function meant(
  { at }: SignalEvent,
  { says, channel }: ContactSignal,
  contacts: readonly Contact[],
): Contact[] {
  if (!isReport(says)) return [];
  const possible = contacts.filter((contact) => {
    if (contact.send !== undefined || contact.channel !== channel || endOf(contact) <= at) return false;
    // another tool's contact is as old as what was told of it first
    const before = contact.programme === OTHER_TOOL && says === 'sent';
    const since = at - firstAtOf(contact);
    const late = before ? -since : since;
    return late >= -REPORT_SKEW_MS && late <= DELIVERY_MS && !toldOf(contact).includes(says);
  });
  const away = (contact: Contact): number => Math.abs(firstAtOf(contact) - at);
  return possible.sort((a, b) => away(a) - away(b)).slice(0, 1);
}

/**
 * Gives back what a signal says is worked off: of the contact it names, or of all the person's where it names none. The
 * earliest of several such signals counts, and none from before the contact.
 */
function giveBack({ name, at, decisionId, send }: SignalEvent, owner: Person, set: WorkingSet): void {
  const named = decisionId !== undefined || send !== undefined;
  const some = named ? set.contactsAbout(owner.id, decisionId, send) : set.contacts(owner.id);
  for (const contact of [...some]) {
    if (
      firstAtOf(contact) > at ||
      !contact.reservations?.some(({ givenBackBy }) => givenBackBy?.includes(name))
    )
      continue;
    set.putContact(owner.id, { ...contact, reservations: givenBack(contact, name, at) });
  }
}

const givenBack = ({ reservations = [] }: Contact, name: string, at: number): Contact['reservations'] =>
  reservations.map((reservation) => {
    const { givenBackBy, givenBackAt = Infinity } = reservation;
    if (!givenBackBy?.includes(name)) return reservation;
    return { ...reservation, givenBackAt: Math.min(givenBackAt, at) };
  });
