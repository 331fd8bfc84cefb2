import type { ResourceFact } from '../contracts/resources.ts';
import { NEVER } from '../domain/resource.ts';
import type { Guardrail } from './guardrail.ts';
import type { Need, ResourceRule } from './needs.ts';
import { needsOf } from './needs.ts';

/** Money to the cent or finer, everything else whole. */
const amountOf = (amount: number, { unit }: Need): string => String(amount / unit);

function empty({ what }: Need, { taken, next }: ResourceFact): string {
  const given = taken === 0 ? 'none was uploaded' : 'all are handed out';
  return `no ${what}: ${given}${freed(next)}`;
}

function freed(next: number | undefined): string {
  return next === undefined || next >= NEVER ? '' : `, next free ${new Date(next).toISOString()}`;
}

function short(need: Need, fact: ResourceFact): string | undefined {
  if (need.pool !== undefined) return fact.codes.length > 0 ? undefined : empty(need, fact);
  const { taken, next } = fact;
  if (taken + need.amount <= need.limit) return undefined;
  const asked = need.amount === need.unit ? '' : `, ${amountOf(need.amount, need)} needed`;
  return `${amountOf(taken, need)} of ${amountOf(need.limit, need)} ${need.what}${asked}${freed(next)}`;
}

/** Objects when one of the resources a guardrail watches has too little left for the variant, or cannot be looked at. */
export const shortage =
  (rule: ResourceRule): Guardrail =>
  (variant, { programme, resources, blind }) => {
    for (const need of needsOf(programme, variant)) {
      if (need.rule !== rule) continue;
      const fact = blind ? undefined : resources?.get(need.resource);
      if (!fact) return `${need.what} cannot be looked up`;
      const reason = short(need, fact);
      if (reason !== undefined) return reason;
    }
    return undefined;
  };
