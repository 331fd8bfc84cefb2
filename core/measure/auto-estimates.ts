import type { OptionKey } from '../domain/decision.ts';
import type { Programme } from '../domain/programme.ts';
import type { BelievableSums } from '../learn/effective.ts';
import { linearSumsOf, sharesWeights } from '../learn/linear-state.ts';
import { AutoBeliefs } from '../policies/auto-beliefs.ts';
import { shifted } from '../policies/belief.ts';
import { costOf } from '../policies/costs.ts';
import { floored } from '../policies/policy.ts';
import { winsOf } from '../policies/thompson.ts';
import type { Believed } from './compared-contexts.ts';
import { ComparedContexts } from './compared-contexts.ts';
import { intervalOf } from './interval.ts';
import type { LinearEstimate } from './linear-estimates.ts';

/**
 * Estimates of a programme on `auto` or `shared-linear-thompson`, each for an average request of those who may have the option. Undefined
 * for other programmes.
 * @param open the options the policy chooses between
 */
export function autoEstimates(
  programme: Programme,
  sums: BelievableSums,
  open: readonly OptionKey[],
): Map<OptionKey, LinearEstimate> | undefined {
  if (!sharesWeights(programme)) return undefined;
  const beliefs = new AutoBeliefs(programme, sums);
  const { labels: features, places } = beliefs.columns;
  const contexts = new ComparedContexts(linearSumsOf(programme).features, sums);
  const picked = (x: Float64Array): Float64Array => Float64Array.from(places, (j) => x[j]!);
  const all = picked(contexts.open);
  const drawn = open.map((option) => shifted(beliefs.of(all, option, true), -costOf(programme, option)));
  const chosen = drawn.length > 0 ? floored(programme, winsOf(drawn)) : [];
  return new Map(
    beliefs.options.map((option) => {
      const x = picked(contexts.of(option));
      const believed = (one: OptionKey): Believed => {
        const { mean, sd } = beliefs.of(x, one, false);
        return { estimate: mean, interval: intervalOf(mean, sd) };
      };
      const coefficients = features.map((feature, j) => {
        const own = beliefs.coefficient(option, j);
        return { feature, estimate: own.mean, interval: intervalOf(own.mean, own.sd) };
      });
      const estimate = {
        propensity: chosen[open.indexOf(option)] ?? 0,
        ...believed(option),
        learnedPrior: beliefs.untried(x, option),
        eligible: contexts.eligible(option, beliefs.options, believed),
      };
      return [option, { ...estimate, coefficients: features.length > 1 ? coefficients : undefined }];
    }),
  );
}
