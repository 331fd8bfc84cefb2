import type { LiveProgramme } from '../../core/decide/decide.ts';
import type { Programme } from '../../core/domain/programme.ts';
import type { Rules } from '../../core/guardrails/guardrail.ts';
import type { ModelState } from '../../core/learn/model.ts';
import { emptyHours } from '../../core/learn/hour-sums.ts';
import { LearnedTimes } from '../../core/timing/learned-times.ts';
import { optionsOf } from '../../core/policies/policy.ts';
import { policyOf } from '../../core/policies/policy-of.ts';
import { compileRules } from './eligibility.ts';

/** A programme ready to decide on one state of its model; `rules` where they were compiled before. */
export function liveOf(
  programme: Programme,
  { version, state }: { version: number; state: ModelState },
  rules: Rules = compileRules(programme),
): LiveProgramme {
  const policy = policyOf(programme, { programme: programme.id, version, state });
  const times = programme.timing && new LearnedTimes(programme, state.hours ?? emptyHours());
  return { programme, policy, modelVersion: version, rules, times };
}

/** How far off 1 propensities together may be: an integral is worked out by quadrature (docs/learning.md). */
const MOST_OFF = 1e-3;

/**
 * Asks everything of a policy once that a decision may ask of its model, for somebody of whom nothing is known.
 * @param at ms since 1970
 * @throws what the policy throws; RangeError where a probability or a score is no finite number, or probabilities are none
 */
export function tryOut({ programme, policy }: LiveProgramme, at: number): void {
  const { variants } = programme;
  const options = optionsOf(programme, variants);
  if (options.length === 0) return;
  let sum = 0;
  for (const { option, propensity, score } of policy.score(options, { context: {}, at })) {
    sum += propensity;
    if (Number.isFinite(propensity) && Number.isFinite(score)) continue;
    throw new RangeError(`option ${option} has propensity ${propensity} and score ${score}`);
  }
  // written so that NaN is caught, too
  if (!(Math.abs(sum - 1) < MOST_OFF)) throw new RangeError(`propensities add up to ${sum}`);
  const ids = variants.map(({ id }) => id);
  policy.beyond?.(ids, at);
  for (const id of ids) policy.pieces?.(id, at);
}
