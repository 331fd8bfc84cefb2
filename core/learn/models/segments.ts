import type { Beta } from '../../maths/best-beta.ts';

/** Successes and trials of one option in one segment: sums, so that anything can be taken back. */
export interface Tally {
  successes: number;
  trials: number;
}

/** Bounds of how many trials an option's own rate is worth in each segment. */
const LEAST_STRENGTH = 10;
const MOST_STRENGTH = 2_000;
/** Trials that the rate of all options is worth in the rate of each, and the rate before anything is known. */
const OPTION_STRENGTH = 40;
const FIRST: Tally = { successes: 1, trials: 30 };

/** Rate of each option over its segments, held to the rate of all options. */
function optionRates(tallies: readonly (readonly Tally[])[]): number[] {
  const sums = tallies.map((own) =>
    own.reduce((sum, t) => ({ successes: sum.successes + t.successes, trials: sum.trials + t.trials }), {
      successes: 0,
      trials: 0,
    }),
  );
  const all = sums.reduce((sum, t) => ({
    successes: sum.successes + t.successes,
    trials: sum.trials + t.trials,
  }));
  const rate = (all.successes + FIRST.successes) / (all.trials + FIRST.trials);
  return sums.map((own) => (own.successes + OPTION_STRENGTH * rate) / (own.trials + OPTION_STRENGTH));
}

/** How many trials an option's own rate is worth in each of its segments, by the method of moments. */
function strength(tallies: readonly (readonly Tally[])[], rates: readonly number[]): number {
  let [above, below] = [0, 0];
  for (const [a, own] of tallies.entries()) {
    const noise = rates[a]! * (1 - rates[a]!);
    for (const { successes, trials } of own) {
      if (trials === 0) continue;
      const excess = (successes / trials - rates[a]!) ** 2 - noise / trials;
      above += trials * excess;
      below += trials * noise;
    }
  }
  const share = below > 0 ? above / below : 0;
  return share > 0 ? Math.min(MOST_STRENGTH, Math.max(LEAST_STRENGTH, 1 / share - 1)) : MOST_STRENGTH;
}

/**
 * Beta posteriors of every option (rows) in every segment (columns), each held to its option's rate over all segments by
 * as many trials as the segments are found to be alike (empirical Bayes; Gelman et al., "Bayesian Data Analysis", 5.3).
 */
export function segmentPosteriors(tallies: readonly (readonly Tally[])[]): Beta[][] {
  const rates = optionRates(tallies);
  const trials = strength(tallies, rates);
  return tallies.map((own, a) =>
    own.map((t) => ({
      alpha: trials * rates[a]! + t.successes,
      beta: trials * (1 - rates[a]!) + t.trials - t.successes,
    })),
  );
}
