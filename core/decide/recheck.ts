import type { Contact } from '../contracts/records.ts';
import type { ResourceFact } from '../contracts/resources.ts';
import type { Decision, DecideRequest } from '../domain/decision.ts';
import { sendTimeOf } from '../domain/decision.ts';
import type { ResourceKey } from '../domain/resource.ts';
import { poolKey } from '../guardrails/needs.ts';
import { endsAt, firstWithout } from '../people/resource-book.ts';
import type { DecideFacts } from './decide.ts';

/** What is taken of resources without what some contacts took. */
function given(
  facts: ReadonlyMap<ResourceKey, ResourceFact>,
  contacts: readonly Contact[],
): Map<ResourceKey, ResourceFact> {
  const left = new Map(facts);
  for (const contact of contacts) {
    for (const reservation of contact.reservations ?? []) {
      const fact = left.get(reservation.resource);
      const end = endsAt(contact, reservation);
      if (!fact || end <= fact.asOf) continue;
      const { amount, code } = reservation;
      const codes = code === undefined ? fact.codes : [code, ...fact.codes];
      const first = firstWithout(fact, amount, end);
      left.set(fact.key, { ...fact, ...first, taken: fact.taken - amount, codes });
    }
  }
  return left;
}

/** Of the pool that its code is of, that code alone is free for a message that has one, if it is: its content names no other. */
function withOwnCode(
  facts: Map<ResourceKey, ResourceFact>,
  coupon: Decision['coupon'],
): Map<ResourceKey, ResourceFact> {
  const fact = coupon && facts.get(poolKey(coupon.pool));
  if (fact) facts.set(fact.key, { ...fact, codes: fact.codes.filter((code) => code === coupon.code) });
  return facts;
}

/**
 * What is asked to look at a recorded send again before it goes out: whether the same message may still be sent at its time, on what
 * is known by now. Its own contact, and what it took, are in nobody's way; but a code that went to somebody else meanwhile is.
 */
export function recheckOf(
  sent: Decision,
  request: DecideRequest,
  facts: DecideFacts,
): { request: DecideRequest; facts: DecideFacts } {
  const [own, contacts]: [Contact[], Contact[]] = [[], []];
  for (const contact of facts.contacts) (contact.decision === sent.id ? own : contacts).push(contact);
  const { programme, variant: pin, pieces } = sent;
  const resources = facts.resources && withOwnCode(given(facts.resources, own), sent.coupon);
  const now = Math.max(facts.now, sendTimeOf(sent));
  return {
    request: { ...request, programme, pin, pieces, atOnce: true },
    // what may still be sent now may be by then
    facts: { ...facts, contacts, resources, now, asOf: facts.now },
  };
}
