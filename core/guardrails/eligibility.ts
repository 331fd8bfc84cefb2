import type { Guardrail, Rule } from './guardrail.ts';

/** A rule that nobody compiled lets nobody pass. */
const UNREADY: Rule = () => 'the rule cannot be evaluated';

/** The rules of the programme, of the channel and of the variant all have to hold. */
export const eligibility: Guardrail = (variant, context) => {
  const { guardrails } = context.programme;
  const { rules } = context;
  const declared: readonly (readonly [text: string | undefined, rule: Rule | undefined])[] = [
    [guardrails.eligible, rules?.programme],
    [guardrails.eligibleByChannel?.[variant.channel], rules?.channels.get(variant.channel)],
    [variant.eligible, rules?.variants.get(variant.id)],
  ];
  for (const [text, rule = UNREADY] of declared) {
    if (text === undefined) continue;
    if (context.blind) return 'eligibility cannot be looked up';
    const reason = rule(context);
    if (reason !== undefined) return reason;
  }
  return undefined;
};
