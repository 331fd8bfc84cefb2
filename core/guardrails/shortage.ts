import type { ResourceFact } from '../contracts/resources.ts';
import type { Objection } from '../domain/decision.ts';
import { NEVER } from '../domain/resource.ts';
import type { GuardContext, Guardrail } from './guardrail.ts';
import { unknown } from './guardrail.ts';
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

/** When the first of what is taken is given back, or a day begins; what never ends is not free again by waiting. */
function freeAt({ daily }: Need, { next = NEVER }: ResourceFact, now: number): number | undefined {
  const at = Math.min(next, daily === undefined ? NEVER : endOfDay(daily, now));
  return at === NEVER ? undefined : at;
}

function short(need: Need, fact: ResourceFact, now: number): Objection | undefined {
  const { pool, amount, limit, unit } = need;
  const { taken, codes, key: resource } = fact;
  if (pool === undefined ? taken + amount <= limit : codes.length > 0) return undefined;
  const until = freeAt(need, fact, now);
  const freed = until === undefined ? '' : `, next free ${new Date(until).toISOString()}`;
  const detail = (pool === undefined ? filled(need, fact) : emptied(need, fact)) + freed;
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

/** Objects when one of the resources a guardrail watches has too little left for the variant, or cannot be looked at. */
export const shortage =
  (rule: ResourceRule): Guardrail =>
  (variant, context) => {
    for (const need of needsOf(context.programme, variant)) {
      if (need.rule !== rule) continue;
      const objection = once(context, need, '', () => wanting(need, context));
      if (objection) return objection;
    }
    return undefined;
  };
