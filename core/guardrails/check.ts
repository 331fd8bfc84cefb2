import type { DroppedOption } from '../domain/decision.ts';
import type { Programme, Variant } from '../domain/programme.ts';
import { firstsAlike } from './alike.ts';
import { approval } from './approval.ts';
import { caps } from './caps.ts';
import { consent } from './consent.ts';
import { dates } from './dates.ts';
import { eligibility } from './eligibility.ts';
import { frequency } from './frequency.ts';
import type { GuardContext, Guardrail } from './guardrail.ts';
import { pastOf } from './history.ts';
import type { ResourceRule } from './needs.ts';
import { needsOfAll } from './needs.ts';
import { once } from './once.ts';
import { quietHours } from './quiet-hours.ts';
import { shortage } from './shortage.ts';
import { suppression } from './suppression.ts';

/** A guardrail that looks at nothing of a variant but its channel. */
const byChannel =
  (guardrail: Guardrail): Guardrail =>
  (variant, context) =>
    once(context, guardrail, variant.channel, () => guardrail(variant, context));

type Declared = (programme: Programme) => boolean;

const always: Declared = () => true;

const rules: Declared = ({ guardrails: { eligible, eligibleByChannel }, variants }) =>
  eligible !== undefined ||
  eligibleByChannel !== undefined ||
  variants.some((own) => own.eligible !== undefined);

const rests: Declared = ({ guardrails: { suppressAfterIgnored, restAfterSignal } }) =>
  suppressAfterIgnored !== undefined || restAfterSignal !== undefined;

const needs =
  (rule: ResourceRule): Declared =>
  (programme) =>
    needsOfAll(programme).some((need) => need.rule === rule);

type Entry = readonly [name: string, guardrail: Guardrail, declared: Declared];

const ofResource = (rule: ResourceRule): Entry => [rule, shortage(rule), needs(rule)];

/** In the order in which they speak: the first that objects gives the reason. The last says whether a programme declares any of it. */
const GUARDRAILS: readonly Entry[] = [
  ['approval', approval, always],
  ['dates', dates, always],
  ['consent', byChannel(consent), always],
  ['eligibility', eligibility, rules],
  ['quiet-hours', byChannel(quietHours), ({ guardrails }) => guardrails.quietHours !== undefined],
  ['suppression', byChannel(suppression), rests],
  ['caps', caps, ({ guardrails }) => guardrails.caps !== undefined],
  ofResource('caps'),
  ['frequency', frequency, (programme) => programme.frequency !== undefined],
  ofResource('budget'),
  ofResource('inventory'),
  ofResource('capacity'),
];

const known = new WeakMap<Programme, readonly Entry[]>();

/** The guardrails a programme declares: the others would be asked of each option in vain. */
function declaredBy(programme: Programme): readonly Entry[] {
  let own = known.get(programme);
  if (!own) known.set(programme, (own = GUARDRAILS.filter(([, , declared]) => declared(programme))));
  return own;
}

/** Splits a programme's variants into those that may be served and those that may not, with the reason. */
export function check(context: GuardContext): { allowed: Variant[]; dropped: DroppedOption[] } {
  const allowed: Variant[] = [];
  const dropped: DroppedOption[] = [];
  const { variants } = context.programme;
  const firsts = firstsAlike(context);
  const given = { ...context, found: new Map(), past: pastOf(context) };
  const objections: (DroppedOption | undefined)[] = [];
  for (let i = 0; i < variants.length; i++) {
    const [variant, first] = [variants[i]!, firsts[i]!];
    const objection = first === i ? firstObjection(variant, given) : objections[first];
    objections.push(objection);
    if (objection) dropped.push({ ...objection, option: variant.id });
    else allowed.push(variant);
  }
  return { allowed, dropped };
}

/** Why a variant may not be served: the first guardrail that objects gives the reason. */
export function firstObjection(variant: Variant, context: GuardContext): DroppedOption | undefined {
  for (const [rule, guardrail] of declaredBy(context.programme)) {
    const objection = guardrail(variant, context);
    if (objection) return { option: variant.id, rule, ...objection };
  }
  return undefined;
}
