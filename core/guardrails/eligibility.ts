import type { Objection } from '../domain/decision.ts';
import type { GuardContext, Guardrail, Rule } from './guardrail.ts';
import { unknown } from './guardrail.ts';
import { once } from './once.ts';

/** A rule that nobody compiled lets nobody pass. */
const UNREADY: Rule = () => unknown('the rule cannot be evaluated');

type Of = NonNullable<Objection['of']>;

/** Why one of the rules does not hold; what a rule says is the same for all options it is about, and maybe at all times. */
function against(context: GuardContext, of: Of, rule: Rule = UNREADY): Objection | undefined {
  if (context.blind) return unknown('eligibility cannot be looked up');
  const { found, lasting = found } = context;
  const objection = once({ found: rule.timeless ? lasting : found }, rule, '', () => rule(context));
  return objection && { ...objection, of };
}

/** The rules of the programme, of the channel and of the variant all have to hold. */
export const eligibility: Guardrail = ({ id, channel, eligible }, context) => {
  const { guardrails } = context.programme;
  const { rules } = context;
  return (
    (guardrails.eligible === undefined ? undefined : against(context, 'programme', rules?.programme)) ??
    (guardrails.eligibleByChannel?.[channel] === undefined
      ? undefined
      : against(context, 'channel', rules?.channels.get(channel))) ??
    (eligible === undefined ? undefined : against(context, 'variant', rules?.variants.get(id)))
  );
};
