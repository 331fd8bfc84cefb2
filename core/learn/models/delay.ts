/**
 * Sends of one option grouped by when they were made, and what arrived from each group after how long. Sums only: a send or
 * an arrival is taken back by adding -1.
 */
export interface Cohort {
  /** When its sends were made, in the caller's unit of time. */
  at: number;
  sends: number;
  /** Arrivals by bin of their delay. */
  arrivals: Float64Array;
}

/** Ages at which bins end, ascending; the last is the attribution window. */
export type Bins = readonly number[];

/** Bins that are narrow where arrivals are frequent: equal ratios from `first` to `window`. */
export function ratioBins(first: number, window: number, count: number): Bins {
  const ratio = (window / first) ** (1 / (count - 1));
  return Array.from({ length: count }, (_, i) => (i === count - 1 ? window : first * ratio ** i));
}

/** The bin of a delay, or -1 beyond the window. */
export const binOf = (bins: Bins, delay: number): number => bins.findIndex((end) => delay <= end);

/** Arrivals that the shape all options share is worth in the estimate of one option, and a guess in the shared one. */
const STRENGTH = 2;

interface Exposed {
  arrivals: Float64Array;
  /** Sends that were under way through all of the bin without having arrived before it. */
  sends: Float64Array;
}

/** Counts every cohort into the bins that its age covers whole. */
function exposed(cohorts: readonly Cohort[], bins: Bins, now: number): Exposed {
  const total = { arrivals: new Float64Array(bins.length), sends: new Float64Array(bins.length) };
  for (const { at, sends, arrivals } of cohorts) {
    let left = sends;
    for (let b = 0; b < bins.length && bins[b]! <= now - at; b++) {
      total.arrivals[b]! += arrivals[b]!;
      total.sends[b]! += left;
      left -= arrivals[b]!;
    }
  }
  return total;
}

/** P(arrived by the end of each bin | arrives inside the window), from the hazard of each bin. */
function shares(hazards: Float64Array): Float64Array {
  let waiting = 1;
  const arrived = hazards.map((h) => 1 - (waiting *= 1 - h));
  const all = arrived.at(-1)!;
  return arrived.map((share) => share / all);
}

function density(shape: Float64Array): Float64Array {
  return shape.map((share, b) => share - (b === 0 ? 0 : shape[b - 1]!));
}

/**
 * Hazards of `own` counts, held to `shape` by so many arrivals. Product-limit with right censoring (Kaplan, Meier,
 * "Nonparametric Estimation from Incomplete Observations", 1958), every send at risk until it arrives.
 */
function hazards(own: Exposed, shape: Float64Array): Float64Array {
  const f = density(shape);
  let [arrived, expected] = [STRENGTH * 1e-3, STRENGTH * 1e-3];
  for (let b = 0; b < f.length; b++) {
    arrived += own.arrivals[b]!;
    expected += own.sends[b]! * f[b]!;
  }
  const level = Math.min(0.9, arrived / expected);
  return f.map((share, b) => {
    const guess = Math.max(level * share, 1e-12);
    return (own.arrivals[b]! + STRENGTH * share) / (own.sends[b]! + (STRENGTH * share) / guess);
  });
}

/** F(age) / F(window) at the end of every bin: what the options share, and each option's own. */
export interface DelayShares {
  shared: Float64Array;
  options: Float64Array[];
}

/**
 * F(age) / F(window) at the end of every bin, for each option: each option's own product-limit estimate where it has
 * arrivals, held to what the options share, and that to an exponential law that has all but ended at the window. Options
 * may differ: a slow one judged by the others' haste would look worse than it is.
 */
export function delayShares(options: readonly (readonly Cohort[])[], bins: Bins, now: number): DelayShares {
  const window = bins.at(-1)!;
  const guess = Float64Array.from(bins, (end) => (1 - Math.exp((-4 * end) / window)) / (1 - Math.exp(-4)));
  const counts = options.map((cohorts) => exposed(cohorts, bins, now));
  const sum = (pick: (own: Exposed) => Float64Array): Float64Array =>
    Float64Array.from(bins, (_, b) => counts.reduce((total, own) => total + pick(own)[b]!, 0));
  const shared = shares(hazards({ arrivals: sum((o) => o.arrivals), sends: sum((o) => o.sends) }, guess));
  return { shared, options: counts.map((own) => shares(hazards(own, shared))) };
}

/** F(age) / F(window) at any age, linear inside a bin. */
export function shareAt(shape: Float64Array, bins: Bins, age: number): number {
  const b = bins.findIndex((end) => age < end);
  if (b === -1) return 1;
  const [start, from] = b === 0 ? [0, 0] : [bins[b - 1]!, shape[b - 1]!];
  return from + ((shape[b]! - from) * (age - start)) / (bins[b]! - start);
}

/**
 * Successes and failures of one option now: what arrived, and every send that did not as a failure of weight
 * F(age) / F(window), since 1 - rate x F is close to (1 - rate)^F at small rates (Chapelle 2014; Vernade, Cappé,
 * Perchet 2017). Old enough sends are whole failures; nothing waits for windows to close.
 */
export function countNow(
  cohorts: readonly Cohort[],
  shape: Float64Array,
  bins: Bins,
  now: number,
): { successes: number; failures: number } {
  let [successes, failures] = [0, 0];
  for (const { at, sends, arrivals } of cohorts) {
    const arrived = arrivals.reduce((sum, n) => sum + n, 0);
    successes += arrived;
    failures += (sends - arrived) * shareAt(shape, bins, now - at);
  }
  return { successes, failures };
}
