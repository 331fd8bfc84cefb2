import type { Objection } from '../domain/decision.ts';
import type { Guardrail, Rule } from './guardrail.ts';
import { unknown } from './guardrail.ts';

/** A rule that nobody compiled lets nobody pass. */
const UNREADY: Rule = () => unknown('the rule cannot be evaluated');

/** The rules of the programme, of the channel and of the variant all have to hold. */
export const eligibility: Guardrail = (variant, context) => {
  const { guardrails } = context.programme;
  const { rules } = context;
  const declared: readonly (readonly [
    of: Objection['of'],
    text: string | undefined,
    rule: Rule | undefined,
  ])[] = [
    ['programme', guardrails.eligible, rules?.programme],
    ['channel', guardrails.eligibleByChannel?.[variant.channel], rules?.channels.get(variant.channel)],
    ['variant', variant.eligible, rules?.variants.get(variant.id)],
  ];
  for (const [of, text, rule = UNREADY] of declared) {
    if (text === undefined) continue;
    if (context.blind) return unknown('eligibility cannot be looked up');
    const objection = rule(context);
    if (objection) return { ...objection, of };
  }
  return undefined;
};
