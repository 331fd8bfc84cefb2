import type { OptionKey } from '../domain/decision.ts';
import type { Programme } from '../domain/programme.ts';
import type { EffectiveSums } from '../learn/effective.ts';
import { linearSumsOf, sharesWeights } from '../learn/linear-state.ts';
import { AutoBeliefs } from '../policies/auto-beliefs.ts';
import { shifted } from '../policies/belief.ts';
import { costOf } from '../policies/costs.ts';
import { floored } from '../policies/policy.ts';
import { winsOf } from '../policies/thompson.ts';
import type { LinearEstimate } from './linear-estimates.ts';
import { averageContext, intervalOf } from './linear-estimates.ts';

/**
 * Estimates of a programme on `auto` or `shared-linear-thompson`, each for a request of average context. Undefined for other programmes.
 * @param open the options the policy chooses between
 */
export function autoEstimates(
  programme: Programme,
  sums: EffectiveSums,
  open: readonly OptionKey[],
): Map<OptionKey, LinearEstimate> | undefined {
  if (!sharesWeights(programme)) return undefined;
  const beliefs = new AutoBeliefs(programme, sums);
  const { labels: features, places } = beliefs.columns;
  const count = sums.inContext ? linearSumsOf(programme).features.count : 1;
  const average = averageContext(Object.values(sums.options), count);
  const x = Float64Array.from(places, (j) => average[j]!);
  const drawn = open.map((option) => shifted(beliefs.of(x, option, true), -costOf(programme, option)));
  const chosen = drawn.length > 0 ? floored(programme, winsOf(drawn)) : [];
  return new Map(
    beliefs.options.map((option) => {
      const { mean, sd } = beliefs.of(x, option, false);
      const coefficients = features.map((feature, j) => {
        const own = beliefs.coefficient(option, j);
        return { feature, estimate: own.mean, interval: intervalOf(own.mean, own.sd) };
      });
      const propensity = chosen[open.indexOf(option)] ?? 0;
      const learnedPrior = beliefs.untried(x, option);
      const estimate = { propensity, estimate: mean, interval: intervalOf(mean, sd), learnedPrior };
      return [option, { ...estimate, coefficients: features.length > 1 ? coefficients : undefined }];
    }),
  );
}
