import type { ResourceFact } from '../contracts/resources.ts';
import type { Objection } from '../domain/decision.ts';
import { NEVER } from '../domain/resource.ts';
import type { GuardContext, Guardrail } from './guardrail.ts';
import { longer, unknown } from './guardrail.ts';
import type { Need, ResourceRule } from './needs.ts';
import { endOfDay } from './day.ts';
import { keyAt, needsOf } from './needs.ts';
import { once } from './once.ts';

/** Money to the cent or finer, everything else whole. */
const amountOf = (amount: number, { unit }: Need): string => String(amount / unit);

function emptied({ what }: Need, { taken }: ResourceFact): string {
  return `no ${what}: ${taken === 0 ? 'none was uploaded' : 'all are handed out'}`;
}

function filled(need: Need, { taken }: ResourceFact): string {
  const asked = need.amount === need.unit ? '' : `, ${amountOf(need.amount, need)} needed`;
  return `${amountOf(taken, need)} of ${amountOf(need.limit, need)} ${need.what}${asked}`;
}

/**
 * When there is enough again for all that is known: with the first of what is taken that is given back, or when a day begins. Of
 * decisions from before it was recorded how much that is, it counts as enough.
 */
function freeAt(
  { daily, amount, limit }: Need,
  { taken, next = NEVER, ending = taken }: ResourceFact,
  now: number,
): number | undefined {
  const first = taken - ending + amount <= limit ? next : NEVER;
  const at = Math.min(first, daily === undefined || amount > limit ? NEVER : endOfDay(daily, now));
  return at === NEVER ? undefined : at;
}

/** What never ends is not free again by waiting, and the first that does may be too little. */
function freed(until: number | undefined, { next = NEVER }: ResourceFact): string {
  if (until !== undefined) return `, next free ${new Date(until).toISOString()}`;
  return next === NEVER ? '' : `, first given back at ${new Date(next).toISOString()}`;
}

function short(need: Need, fact: ResourceFact, now: number): Objection | undefined {
  const { pool, amount, limit, unit } = need;
  const { taken, codes, key: resource } = fact;
  if (pool === undefined ? taken + amount <= limit : codes.length > 0) return undefined;
  const until = freeAt(need, fact, now);
  const detail = (pool === undefined ? filled(need, fact) : emptied(need, fact)) + freed(until, fact);
  return {
    detail,
    until,
    resource,
    count: taken / unit,
    limit: pool === undefined ? limit / unit : undefined,
  };
}

function wanting(need: Need, { resources, blind, now }: GuardContext): Objection | undefined {
  const fact = blind ? undefined : resources?.get(keyAt(need, now));
  return fact ? short(need, fact, now) : unknown(`what is taken of ${need.resource} cannot be looked up`);
}

/**
 * Objects when one of the resources a guardrail watches has too little left for the variant, or cannot be looked at. Of several the one
 * speaks that has enough again last.
 */
export const shortage =
  (rule: ResourceRule): Guardrail =>
  (variant, context) => {
    let last: Objection | undefined;
    for (const need of needsOf(context.programme, variant)) {
      if (need.rule !== rule) continue;
      last = longer(
        last,
        once(context, need, '', () => wanting(need, context)),
      );
    }
    return last;
  };
