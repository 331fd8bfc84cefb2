import type { ResourceFact } from '../contracts/resources.ts';
import { NEVER } from '../domain/resource.ts';
import type { Guardrail } from './guardrail.ts';
import type { Need, ResourceRule } from './needs.ts';
import { endOfDay } from './day.ts';
import { keyAt, needsOf } from './needs.ts';

/** Money to the cent or finer, everything else whole. */
const amountOf = (amount: number, { unit }: Need): string => String(amount / unit);

/** When the first of what is taken is given back, or a day begins. */
function freed({ daily }: Need, { next = NEVER }: ResourceFact, now: number): string {
  const at = Math.min(next, daily === undefined ? NEVER : endOfDay(daily, now));
  return at === NEVER ? '' : `, next free ${new Date(at).toISOString()}`;
}

function short(need: Need, fact: ResourceFact, now: number): string | undefined {
  const { what, amount, limit, unit, pool } = need;
  if (pool !== undefined) {
    if (fact.codes.length > 0) return undefined;
    const given = fact.taken === 0 ? 'none was uploaded' : 'all are handed out';
    return `no ${what}: ${given}${freed(need, fact, now)}`;
  }
  if (fact.taken + amount <= limit) return undefined;
  const asked = amount === unit ? '' : `, ${amountOf(amount, need)} needed`;
  return `${amountOf(fact.taken, need)} of ${amountOf(limit, need)} ${what}${asked}${freed(need, fact, now)}`;
}

/** Objects when one of the resources a guardrail watches has too little left for the variant, or cannot be looked at. */
export const shortage =
  (rule: ResourceRule): Guardrail =>
  (variant, { programme, resources, blind, now }) => {
    for (const need of needsOf(programme, variant)) {
      if (need.rule !== rule) continue;
      const fact = blind ? undefined : resources?.get(keyAt(need, now));
      if (!fact) return `what is taken of ${need.resource} cannot be looked up`;
      const reason = short(need, fact, now);
      if (reason !== undefined) return reason;
    }
    return undefined;
  };
