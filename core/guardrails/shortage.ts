import type { ResourceFact } from '../contracts/resources.ts';
import type { Objection } from '../domain/decision.ts';
import { NEVER } from '../domain/resource.ts';
import type { Guardrail } from './guardrail.ts';
import { unknown } from './guardrail.ts';
import type { Need, ResourceRule } from './needs.ts';
import { needsOf } from './needs.ts';

/** Money to the cent or finer, everything else whole. */
const amountOf = (amount: number, { unit }: Need): string => String(amount / unit);

function emptied({ what }: Need, { taken }: ResourceFact): string {
  return `no ${what}: ${taken === 0 ? 'none was uploaded' : 'all are handed out'}`;
}

function filled(need: Need, { taken }: ResourceFact): string {
  const asked = need.amount === need.unit ? '' : `, ${amountOf(need.amount, need)} needed`;
  return `${amountOf(taken, need)} of ${amountOf(need.limit, need)} ${need.what}${asked}`;
}

function short(need: Need, fact: ResourceFact): Objection | undefined {
  const { pool, amount, limit, unit, resource } = need;
  const { taken, next, codes } = fact;
  if (pool === undefined ? taken + amount <= limit : codes.length > 0) return undefined;
  // what never ends, or of which nothing is taken, is not free again by waiting
  const until = next === undefined || next >= NEVER ? undefined : next;
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

/** Objects when one of the resources a guardrail watches has too little left for the variant, or cannot be looked at. */
export const shortage =
  (rule: ResourceRule): Guardrail =>
  (variant, { programme, resources, blind }) => {
    for (const need of needsOf(programme, variant)) {
      if (need.rule !== rule) continue;
      const fact = blind ? undefined : resources?.get(need.resource);
      if (!fact) return unknown(`${need.what} cannot be looked up`);
      const objection = short(need, fact);
      if (objection) return objection;
    }
    return undefined;
  };
