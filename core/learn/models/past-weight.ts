/** Trials of one option, and the mean of their rewards. */
export interface Tally {
  trials: number;
  mean: number;
}

/** One option as it does and as it did elsewhere. */
export interface Compared {
  own: Tally;
  /** With a trial or more. */
  past: Tally;
  /** Variance of one reward. */
  noise: number;
  /** How far off the past may be beside what all options have of it, a variance in squared log-odds. */
  spread: number;
}

/** What a past is worth. */
export interface PastWeight {
  /** Probability that it says which options are better. */
  related: number;
  /** If it does: as how many trials it counts, by option, and how many times as much options are believed to earn as they did. */
  trials: Float64Array;
  factor: number;
}

/**
 * How far apart an option may be from what it was elsewhere: standard deviations in log-odds, with the probability of each before
 * anything is known. The rest is that the past says nothing of which options are better.
 */
const DEVIATIONS = [
  { sd: 0.1, probability: 0.1 },
  { sd: 0.2, probability: 0.2 },
  { sd: 0.4, probability: 0.2 },
] as const;
const UNRELATED = 0.5;
/** How far options are apart that have nothing to do with each other, a variance in squared log-odds; as in `group-prior.ts`. */
export const BETWEEN = 0.25;
/** How much more or less everything may earn than it did, a standard deviation as a share. */
const LEVEL = 0.15;
/** Everything is never believed to earn less of what it did than this. */
const LEAST_FACTOR = 0.1;

interface Row {
  /** What is expected, and by how much the reward differs from that. */
  expected: number;
  off: number;
  variance: number;
}

/** Log-probability of what differs, if all expectations are off by one common share, and what that share is believed to be. */
function explain(rows: readonly Row[]): { evidence: number; share: number } {
  let [precision, pull, twice] = [1 / LEVEL ** 2, 0, 0];
  for (const { expected, off, variance } of rows) {
    precision += expected ** 2 / variance;
    pull += (expected * off) / variance;
    twice += Math.log(variance) + off ** 2 / variance;
  }
  const evidence = -(twice + Math.log(precision * LEVEL ** 2) - pull ** 2 / precision) / 2;
  return { evidence, share: pull / precision };
}

/**
 * What options did elsewhere as a prior that is held to what they do here. If it says anything, what an option earns here is normal
 * around what it earned there; how far around, and whether it says anything, is learned from all options by the probability of
 * what they have earned here so far (empirical Bayes; the weight of each option is that of a power prior: Ibrahim, Chen, "Power
 * Prior Distributions for Regression Models", 2000; "it says nothing" beside it: Schmidli et al., "Robust
 * Meta-Analytic-Predictive Priors in Clinical Trials with Historical Control Information", 2014). Everything may also earn more or
 * less here than there, by one factor.
 *
 * @param unit what one unit of log-odds is in rewards
 */
export function weighPast(options: readonly Compared[], unit: number): PastWeight {
  const about = (sd: number, { spread, noise, past }: Compared): number =>
    (sd ** 2 + spread) * unit ** 2 + noise / past.trials;
  const tried = options.filter(({ own }) => own.trials > 0);
  const precisions = options.map((own) => 1 / about(0, own));
  const level =
    options.reduce((sum, { past }, k) => sum + precisions[k]! * past.mean, 0) /
    precisions.reduce((sum, own) => sum + own, 0);
  const unrelated = explain(
    tried.map(({ own, noise }) => {
      const variance = BETWEEN * unit ** 2 + noise / own.trials;
      return { expected: level, off: own.mean - level, variance };
    }),
  );
  const cases = DEVIATIONS.map(({ sd, probability }) => {
    const rows = tried.map((one) => {
      const { own, past, noise } = one;
      return {
        expected: past.mean,
        off: own.mean - past.mean,
        variance: about(sd, one) + noise / own.trials,
      };
    });
    const { evidence, share } = explain(rows);
    return { sd, share, likely: Math.log(probability) + evidence };
  });
  // relative to the likeliest: much data make all of them too unlikely for a number
  const likeliest = Math.max(...cases.map(({ likely }) => likely));
  const parts = cases.map(({ likely }) => Math.exp(likely - likeliest));
  const all = parts.reduce((sum, own) => sum + own, 0);
  const mean = (of: (sd: number, share: number) => number): number =>
    cases.reduce((sum, { sd, share }, i) => sum + parts[i]! * of(sd, share), 0) / all;
  const against = Math.log(UNRELATED) + unrelated.evidence - likeliest - Math.log(all);
  return {
    related: 1 / (1 + Math.exp(against)),
    trials: Float64Array.from(options, (one) => one.noise / mean((sd) => about(sd, one))),
    factor: Math.max(LEAST_FACTOR, 1 + mean((_, share) => share)),
  };
}
