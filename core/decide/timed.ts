import type { Rng } from '../contracts/rng.ts';
import type { Decision } from '../domain/decision.ts';
import type { Variant } from '../domain/programme.ts';
import type { GuardContext } from '../guardrails/guardrail.ts';
import { emptyHours } from '../learn/hour-sums.ts';
import { LearnedTimes } from '../timing/learned-times.ts';
import type { How, Plan, Times } from '../timing/plan.ts';
import { recordOf, whenOf } from '../timing/plan.ts';
import type { Choice } from './choose.ts';

/** What decides on times, where nothing was learned yet too. */
export const timesOf = (given: GuardContext, times?: Times): Times =>
  times ?? new LearnedTimes(given.programme, emptyHours());

const howOf = ({ reason, policy }: Choice): How => {
  if (reason === 'policy') return 'responsive';
  return policy === 'uniform' ? 'even' : 'first';
};

/** The fields of a decision that its time has a part in. Without a plan every message is for now. */
export function timed(
  plan: Plan | undefined,
  { choice, variant }: { choice: Choice; variant: Variant | undefined },
  { given, times }: { given: GuardContext; times: Times | undefined },
  rng: Rng,
): Pick<Decision, 'propensity' | 'sendAt' | 'timing'> {
  const { propensity } = choice.chosen;
  if (!plan) return { propensity };
  if (!variant) return { propensity, timing: recordOf(plan) };
  const when = whenOf({ plan, given, variant, how: howOf(choice) }, timesOf(given, times), rng);
  const sendAt = when.at === given.now ? undefined : when.at;
  return { propensity: propensity * when.propensity, sendAt, timing: when.record };
}
