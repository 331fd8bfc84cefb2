import type { OptionKey } from '../domain/decision.ts';
import type { Programme } from '../domain/programme.ts';
import type { BelievableSums } from '../learn/effective.ts';
import { linearSumsOf } from '../learn/linear-state.ts';
import { bestNormalProbabilities } from '../maths/best-normal.ts';
import { inverseDiagonal } from '../maths/cholesky.ts';
import type { LearnedPrior } from '../policies/belief.ts';
import { costOf } from '../policies/costs.ts';
import { LinearBeliefs } from '../policies/linear-beliefs.ts';
import { floored } from '../policies/policy.ts';
import type { Believed, Eligible } from './compared-contexts.ts';
import { ComparedContexts } from './compared-contexts.ts';
import type { Interval } from './interval.ts';
import { intervalOf } from './interval.ts';

/** What one feature is believed to add to the reward of an option. */
export interface Coefficient {
  feature: string;
  estimate: number;
  interval: Interval;
}

/** What is believed about an option in an average context of those who may have it. */
export interface LinearEstimate extends Believed {
  propensity: number;
  eligible?: Eligible | undefined;
  learnedPrior?: LearnedPrior | undefined;
  coefficients?: Coefficient[] | undefined;
}

/**
 * Estimates of a programme that learns from context, each for an average request of those who may have the option: whom it was given so
 * far neither helps nor harms it; `open` are the options that may be chosen. Undefined for other programmes, and until its sums are there.
 */
export function linearEstimates(
  programme: Programme,
  sums: BelievableSums,
  open: readonly OptionKey[],
): Map<OptionKey, LinearEstimate> | undefined {
  if (programme.policy.kind !== 'linear-thompson' || !sums.inContext) return undefined;
  const beliefs = new LinearBeliefs(programme, sums);
  const { columns, options } = beliefs;
  const contexts = new ComparedContexts(linearSumsOf(programme).features, sums);
  const picked = (x: Float64Array): Float64Array => Float64Array.from(columns.places, (j) => x[j]!);
  const { means, sds } = beliefs.score(picked(contexts.open), open);
  const net = means.map((mean, i) => mean - costOf(programme, open[i]!));
  const wins = floored(programme, bestNormalProbabilities(net, sds, new Float64Array(open.length)));
  return new Map(
    options.map((option, i) => {
      const x = picked(contexts.of(option));
      const believed = (one: OptionKey): Believed => {
        const own = beliefs.score(x, [one]);
        return { estimate: own.means[0]!, interval: intervalOf(own.means[0]!, own.sds[0]!) };
      };
      return [
        option,
        {
          propensity: wins[open.indexOf(option)] ?? 0,
          ...believed(option),
          learnedPrior: beliefs.untried(x, option),
          eligible: contexts.eligible(option, options, believed),
          coefficients: coefficientsOf(beliefs, i),
        },
      ];
    }),
  );
}

function coefficientsOf(beliefs: LinearBeliefs, i: number): Coefficient[] {
  const { columns, model, unit } = beliefs;
  const { factor, scale, shape } = model.options[i]!;
  const weights = beliefs.weights(beliefs.options[i]!);
  const variances = inverseDiagonal(factor, new Float64Array(weights.length));
  return columns.labels.map((feature, j) => {
    const estimate = weights[j]!;
    return {
      feature,
      estimate,
      interval: intervalOf(estimate, unit * Math.sqrt((scale / shape) * variances[j]!)),
    };
  });
}
