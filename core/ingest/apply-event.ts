import type { DomainEvent, IdentifyEvent } from '../domain/event.ts';
import { CLOSES } from '../domain/event.ts';
import type { Alias, Person, PersonRef, SubscriptionState } from '../domain/person.ts';
import { newestConsent, newestStates, newestTraits } from '../people/merge.ts';
import type { WorkingSet } from '../people/working-set.ts';
import { applyToContacts } from './apply-contact.ts';

/** Turns the ids a platform gave into aliases. */
export type ToAliases = (ref: PersonRef) => Alias[];

/** Every id an event names. */
export function aliasesIn(event: DomainEvent, toAliases: ToAliases): Alias[] {
  const own = toAliases(event.person);
  return event.type === 'alias' ? [...own, ...toAliases(event.previous)] : own;
}

/**
 * Lets one event take effect. Returns false when it was counted before. Effects depend on event times, not on the order
 * of arrival.
 */
export function applyEvent(event: DomainEvent, set: WorkingSet, toAliases: ToAliases): boolean {
  if (!set.take(event)) return false;
  const aliases = aliasesIn(event, toAliases);
  if (event.type === 'delete') {
    eraseAll(set, aliases, event.at);
    return true;
  }
  const person = named(event, set) ?? set.person(aliases, event.at, event.type === 'alias');
  if (event.type === 'identify') set.save(identified(person, event));
  const stand = standing(event);
  if (stand) set.save(subscribed(person, stand));
  if (event.type === 'signal') {
    const { source, id, at, name, decisionId, send, values, orderId, machine } = event;
    set.signal({ source, id, at, name, decisionId, send, values, orderId, machine, person: person.id });
    applyToContacts(event, person, set);
  }
  return true;
}

/** Forgets everybody some ids belong to, but for a digest of each id: they are not to be contacted under it. */
export function eraseAll(set: WorkingSet, aliases: readonly Alias[], at: number): void {
  const ids = new Set(aliases);
  for (let person = set.known(aliases); person; person = set.known(aliases)) {
    for (const alias of person.aliases) ids.add(alias);
    set.erase(person, at);
  }
  for (const alias of ids) set.keepErased(alias);
}

/**
 * Whom an event is about when it names a decision of ours and gives an address only: the platform that sent the message
 * may know the person by nothing else. An id is trusted more than the decision, which a forwarded link carries too.
 */
function named(event: DomainEvent, set: WorkingSet): Person | undefined {
  if (event.type !== 'signal' && event.type !== 'subscription') return undefined;
  const { userId, externalId, brazeId, anonymousId } = event.person;
  if (event.decisionId === undefined || (userId ?? externalId ?? brazeId ?? anonymousId) !== undefined)
    return undefined;
  return set.personOfDecision(event.decisionId);
}

function identified(person: Person, { traits, consent, at }: IdentifyEvent): Person {
  const stamped = Object.fromEntries(Object.entries(traits).map(([name, value]) => [name, { value, at }]));
  return {
    ...person,
    traits: newestTraits(person.traits, stamped),
    consent: newestConsent(person.consent, consent && { value: consent, at }),
  };
}

/** How a channel stands from some time on. */
interface Standing {
  channel: string;
  state: SubscriptionState;
  at: number;
}

/** What an event says of a channel: outright, or because no other message is wanted after it. */
export function standing(event: DomainEvent): Standing | undefined {
  if (event.type === 'subscription') return event;
  const channel = event.type === 'signal' ? CLOSES.get(event.name) : undefined;
  return channel === undefined ? undefined : { channel, state: 'unsubscribed', at: event.at };
}

function subscribed(person: Person, { channel, state, at }: Standing): Person {
  const own = newestStates(person.subscriptions, { [channel]: { value: state, at } });
  return { ...person, subscriptions: own };
}
