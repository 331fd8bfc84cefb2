import type { OptionKey } from '../domain/decision.ts';
import type { Programme } from '../domain/programme.ts';
import type { EffectiveSums } from '../learn/effective.ts';
import type { RowSums } from '../learn/models/linear.ts';
import { bestNormalProbabilities } from '../maths/best-normal.ts';
import { inverseDiagonal, rowStart } from '../maths/cholesky.ts';
import type { LearnedPrior } from '../policies/belief.ts';
import { costOf } from '../policies/costs.ts';
import { LinearBeliefs } from '../policies/linear-beliefs.ts';
import { floored } from '../policies/policy.ts';

export interface Interval {
  low: number;
  high: number;
  level: number;
}

/** What one feature is believed to add to the reward of an option. */
export interface Coefficient {
  feature: string;
  estimate: number;
  interval: Interval;
}

/** Standard deviations on either side of the mean of a normal that hold 95 % of it. */
export const REACH = 1.959964;

export const intervalOf = (mean: number, sd: number): Interval => {
  return { low: mean - REACH * sd, high: mean + REACH * sd, level: 0.95 };
};

/** What is believed about an option in an average context. */
export interface LinearEstimate {
  propensity: number;
  estimate: number;
  interval: Interval;
  learnedPrior?: LearnedPrior | undefined;
  coefficients?: Coefficient[] | undefined;
}

/** Mean features of all trials, of whatever option: where options are compared on equal terms. */
export function averageContext(
  options: readonly Pick<RowSums, 'information'>[],
  features: number,
): Float64Array {
  const sum = new Float64Array(features);
  for (const { information } of options) {
    for (let j = 0; j < features; j++) sum[j]! += information[rowStart(j)]!;
  }
  return sum[0]! > 0 ? sum.map((x) => x / sum[0]!) : sum.fill(0).fill(1, 0, 1);
}

/**
 * Estimates of a programme that learns from context, each for a request of average context: whom an option was given so far
 * neither helps nor harms it; `open` are the options that may be chosen. Undefined for other programmes, and until its sums are there.
 */
export function linearEstimates(
  programme: Programme,
  sums: EffectiveSums,
  open: readonly OptionKey[],
): Map<OptionKey, LinearEstimate> | undefined {
  if (programme.policy.kind !== 'linear-thompson' || !sums.inContext) return undefined;
  const beliefs = new LinearBeliefs(programme, sums);
  const { columns, model, options } = beliefs;
  const average = averageContext(model.options, columns.count);
  const { means, sds } = beliefs.score(average, options);
  const places = [...options.keys()].filter((i) => open.includes(options[i]!));
  const net = Float64Array.from(places, (i) => means[i]! - costOf(programme, options[i]!));
  const doubt = Float64Array.from(places, (i) => sds[i]!);
  const wins = floored(programme, bestNormalProbabilities(net, doubt, new Float64Array(places.length)));
  const propensities = new Map(places.map((place, i) => [place, wins[i]!]));
  return new Map(
    options.map((option, i) => [
      option,
      {
        propensity: propensities.get(i) ?? 0,
        estimate: means[i]!,
        interval: intervalOf(means[i]!, sds[i]!),
        learnedPrior: beliefs.untried(average, option),
        coefficients: coefficientsOf(beliefs, i),
      },
    ]),
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
