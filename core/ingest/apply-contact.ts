import { CONTACT_SIGNALS } from '../domain/contact-signals.ts';
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
  const signal = CONTACT_SIGNALS.get(event.name);
  if (!signal || event.machine === true) return;
  const { decisionId, send } = event;
  const owner = (decisionId === undefined ? undefined : set.personOfDecision(decisionId)) ?? person;
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
