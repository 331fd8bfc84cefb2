/**
 * What another policy would have earned, from decisions that were drawn with known probabilities. Nothing here looks at how the
 * other policy chooses, only at how likely it makes what was drawn.
 */

/** One recorded decision under another policy. */
export interface OffPolicySample {
  /** Decisions of one person depend on each other. */
  person: string;
  reward: number;
  /** Probability of the option that was drawn: as it was drawn, and under the other policy. */
  logged: number;
  target: number;
  /** Reward the model expects of the option that was drawn, and of the other policy. */
  modelled: number;
  expected: number;
}

/** An estimate with what each sample contributes to its error. */
export interface Influenced {
  value: number;
  influence: Float64Array;
}

export interface Interval {
  value: number;
  interval: { low: number; high: number; level: number };
}

const LEVEL = 0.95;
/** Quantile of the standard normal distribution at 0.975. */
const Z = 1.959963984540054;

/** Where weights are cut off: the square root of the number of samples (Ionides, "Truncated Importance Sampling", 2008). */
export const mostWeight = (samples: number): number => Math.sqrt(samples);

/** How much more likely the other policy makes what was drawn, cut off. */
export function weightsOf(samples: readonly OffPolicySample[]): Float64Array {
  const most = mostWeight(samples.length);
  return Float64Array.from(samples, ({ logged, target }) => Math.min(most, target / logged));
}

/**
 * Self-normalised inverse propensity weighting: the weighted mean of the rewards (Swaminathan, Joachims, "The Self-Normalized
 * Estimator for Counterfactual Learning", NIPS 2015, eq. 9). Some weight has to be positive.
 */
export function selfNormalised(samples: readonly OffPolicySample[], weights: Float64Array): Influenced {
  let [sum, total] = [0, 0];
  for (const [i, { reward }] of samples.entries()) {
    sum += weights[i]! * reward;
    total += weights[i]!;
  }
  const value = sum / total;
  const scale = samples.length / total;
  const influence = Float64Array.from(samples, ({ reward }, i) => scale * weights[i]! * (reward - value));
  return { value, influence };
}

/**
 * Doubly robust: what the model expects, corrected by what came of it otherwise (Dudik, Langford, Li, "Doubly Robust Policy
 * Evaluation and Learning", ICML 2011, eq. 2). Right where either the propensities or the model are.
 */
export function doublyRobust(samples: readonly OffPolicySample[], weights: Float64Array): Influenced {
  const each = Float64Array.from(samples, ({ reward, modelled, expected }, i) => {
    return expected + weights[i]! * (reward - modelled);
  });
  const value = each.reduce((sum, x) => sum + x, 0) / samples.length;
  return { value, influence: each.map((x) => x - value) };
}

/** `a` minus `b` on the same samples: what they have in common cancels. */
export const minus = (a: Influenced, b: Influenced): Influenced => ({
  value: a.value - b.value,
  influence: a.influence.map((x, i) => x - b.influence[i]!),
});

/** The estimate with its interval; decisions of one person count as one observation (clustered standard error). */
export function intervalOf({ value, influence }: Influenced, samples: readonly OffPolicySample[]): Interval {
  const persons = new Map<string, number>();
  for (const [i, { person }] of samples.entries()) {
    persons.set(person, (persons.get(person) ?? 0) + influence[i]!);
  }
  let squares = 0;
  for (const sum of persons.values()) squares += sum * sum;
  const half = (Z * Math.sqrt(squares)) / samples.length;
  return { value, interval: { low: value - half, high: value + half, level: LEVEL } };
}

/** As many equally weighted samples as would say as much (Kish, "Survey Sampling", 1965). */
export function effectiveSize(weights: Float64Array): number {
  let [sum, squares] = [0, 0];
  for (const w of weights) {
    sum += w;
    squares += w * w;
  }
  return squares === 0 ? 0 : (sum * sum) / squares;
}
