import type { ResourceFact } from '../contracts/resources.ts';
import type { Decision } from '../domain/decision.ts';
import { sendTimeOf } from '../domain/decision.ts';
import type { Programme, Variant } from '../domain/programme.ts';
import { HOUR_MS } from '../domain/programme.ts';
import type { Reservation, ResourceKey } from '../domain/resource.ts';
import { keyAt, needsOf } from '../guardrails/needs.ts';

/** Stands for the code where nothing is handed out. */
const NO_CODE = 'PREVIEW';

type Facts = ReadonlyMap<ResourceKey, ResourceFact>;

function reservationsOf(programme: Programme, variant: Variant, at: number, facts: Facts): Reservation[] {
  // two rules may count by one resource: it is taken of once
  const needs = new Map(needsOf(programme, variant).map((need) => [keyAt(need, at), need]));
  return [...needs].map(([resource, { amount, until, pool, givenBackBy }]) => {
    const code = pool === undefined ? undefined : facts.get(resource)!.codes[0]!;
    return { resource, amount, until: until(at), code, givenBackBy };
  });
}

/**
 * The decision with what it takes of shared resources, the code that comes with the message, and whom to hand over to.
 * `facts` are those its guardrails were asked with; absent, nothing can be taken. A preview takes nothing; its code is that of the
 * message on record it looks at again, where there is one.
 */
export function withReservations(
  decision: Decision,
  programme: Programme,
  facts?: Facts,
  recorded?: Decision,
): Decision {
  const variant = programme.variants.find(({ id }) => id === decision.variant);
  if (!variant) return decision;
  const preview = decision.reason === 'preview';
  const taken = preview || !facts ? [] : reservationsOf(programme, variant, sendTimeOf(decision), facts);
  const { coupon: pool, route } = variant;
  if (taken.length === 0 && pool === undefined && !route) return decision;
  const own = recorded?.coupon?.pool === pool ? recorded?.coupon?.code : undefined;
  const code = preview ? (own ?? NO_CODE) : taken.find((reservation) => reservation.code !== undefined)?.code;
  return {
    ...decision,
    coupon: pool === undefined || code === undefined ? undefined : { pool, code },
    route,
    reservations: taken.length === 0 ? undefined : taken,
  };
}

/**
 * When the contact of a decision no longer counts unless it is known to have been sent, ms since 1970; undefined: never. Nobody
 * reports that a person was handed over: whoever asked has done it.
 */
export function releaseOf(decision: Decision, { guardrails }: Programme): number | undefined {
  const { releaseAfterHours: hours } = guardrails;
  return hours === undefined || decision.route ? undefined : sendTimeOf(decision) + hours * HOUR_MS;
}
