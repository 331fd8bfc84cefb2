import { CONTACT_SIGNALS } from '../domain/contact-signals.ts';
import type { Contact } from '../contracts/records.ts';
import type { SignalEvent } from '../domain/event.ts';
import type { Person } from '../domain/person.ts';
import type { WorkingSet } from '../people/working-set.ts';

/** The programme of contacts that another tool made. */
export const OTHER_TOOL = '';

/**
 * What a signal says about contacts: one of ours was sent or never will be, or another tool made one. A send and its end
 * may arrive in any order; that it was sent stands. A decision that is told apart by its id or its send is the same contact.
 */
export function applyToContacts(event: SignalEvent, person: Person, set: WorkingSet): void {
  if (event.machine === true) return;
  const { decisionId, send } = event;
  const owner = (decisionId === undefined ? undefined : set.personOfDecision(decisionId)) ?? person;
  giveBack(event, owner, set);
  const signal = CONTACT_SIGNALS.get(event.name);
  if (!signal) return;
  const own = set.contactsAbout(owner.id, decisionId, send);
  for (const contact of own) {
    if (contact.state === 'sent' || contact.state === signal.says) continue;
    set.putContact(owner.id, { ...contact, state: signal.says === 'aborted' ? 'aborted' : 'sent' });
  }
  if (own.length > 0 || signal.says !== 'sent') return;
  set.putContact(owner.id, {
    person: owner.id,
    at: event.at,
    decision: decisionId ?? `${event.source}:${event.id}`,
    programme: OTHER_TOOL,
    channel: signal.channel,
    send,
    state: 'sent',
  });
}

/**
 * Gives back what a signal says is worked off: of the contact it names, or of all the person's where it names none. The
 * earliest of several such signals counts, and none from before the contact.
 */
function giveBack({ name, at, decisionId, send }: SignalEvent, owner: Person, set: WorkingSet): void {
  const named = decisionId !== undefined || send !== undefined;
  const some = named ? set.contactsAbout(owner.id, decisionId, send) : set.contacts(owner.id);
  for (const contact of [...some]) {
    if (contact.at > at || !contact.reservations?.some(({ givenBackBy }) => givenBackBy?.includes(name)))
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
