import type { OptionKey, ScoredOption } from '../domain/decision.ts';
import type { Programme } from '../domain/programme.ts';
import type { ModelState } from '../learn/model.ts';
import type { Policy } from './policy.ts';
import type { Posterior } from './posterior.ts';
import { posteriorOf } from './posterior.ts';

type Propensities = (eligible: readonly OptionKey[], posteriors: readonly Posterior[]) => ArrayLike<number>;

/**
 * Scores of a policy that knows nothing but what each option earned. Equal sets of options on one model state have equal
 * probabilities, so each set is worked out once.
 */
export function scoredOnce(
  programme: Programme,
  state: ModelState,
  propensities: Propensities,
): Policy['score'] {
  const known = new Map<string, ScoredOption[]>();
  const score = (eligible: readonly OptionKey[]): ScoredOption[] => {
    const posteriors = eligible.map((option) => posteriorOf(programme, state, option));
    const p = propensities(eligible, posteriors);
    return eligible.map((option, i) => ({ option, propensity: p[i]!, score: posteriors[i]!.mean }));
  };
  return (eligible) => {
    const key = eligible.join(' ');
    let scored = known.get(key);
    if (!scored) known.set(key, (scored = score(eligible)));
    return scored;
  };
}
