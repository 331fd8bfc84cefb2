import type { DroppedOption } from '../domain/decision.ts';
import type { Variant } from '../domain/programme.ts';
import { approval } from './approval.ts';
import { caps } from './caps.ts';
import { consent } from './consent.ts';
import { dates } from './dates.ts';
import { eligibility } from './eligibility.ts';
import { frequency } from './frequency.ts';
import type { GuardContext, Guardrail } from './guardrail.ts';
import { once } from './once.ts';
import { quietHours } from './quiet-hours.ts';
import { shortage } from './shortage.ts';
import { suppression } from './suppression.ts';

/** A guardrail that looks at nothing of a variant but its channel. */
const byChannel =
  (guardrail: Guardrail): Guardrail =>
  (variant, context) =>
    once(context, guardrail, variant.channel, () => guardrail(variant, context));

/** In the order in which they speak: the first that objects gives the reason. */
const GUARDRAILS: readonly (readonly [name: string, guardrail: Guardrail])[] = [
  ['approval', approval],
  ['dates', dates],
  ['consent', byChannel(consent)],
  ['eligibility', eligibility],
  ['quiet-hours', byChannel(quietHours)],
  ['suppression', byChannel(suppression)],
  ['caps', caps],
  ['caps', shortage('caps')],
  ['frequency', frequency],
  ['budget', shortage('budget')],
  ['inventory', shortage('inventory')],
  ['capacity', shortage('capacity')],
];

/** Splits a programme's variants into those that may be served and those that may not, with the reason. */
export function check(context: GuardContext): { allowed: Variant[]; dropped: DroppedOption[] } {
  const allowed: Variant[] = [];
  const dropped: DroppedOption[] = [];
  const { variants } = context.programme;
  const given = variants.length > 1 ? { ...context, found: new Map() } : context;
  for (const variant of variants) {
    const objection = firstObjection(variant, given);
    if (objection) dropped.push(objection);
    else allowed.push(variant);
  }
  return { allowed, dropped };
}

/** Why a variant may not be served: the first guardrail that objects gives the reason. */
export function firstObjection(variant: Variant, context: GuardContext): DroppedOption | undefined {
  for (const [rule, guardrail] of GUARDRAILS) {
    const objection = guardrail(variant, context);
    if (objection) return { option: variant.id, rule, ...objection };
  }
  return undefined;
}
