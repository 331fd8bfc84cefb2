/** Sends that were made evenly in a stretch of time, by their ages now. */
export interface Stretch {
  count: number;
  youngest: number;
  oldest: number;
}

/**
 * Sends of one option, by age, and how many arrivals there were among them after how long. Sums only: a send or an arrival is
 * taken back by adding -1.
 */
export interface Cohort {
  sends: readonly Stretch[];
  /** Arrivals by bin of their delay. */
  arrivals: ArrayLike<number>;
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

/** How many bins end at an age or before it. */
function binsUpTo(bins: Bins, age: number): number {
  let [low, high] = [0, bins.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (age < bins[middle]!) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Arrivals that the shape all options share is worth in the estimate of one option, and a guess in the shared one. */
const STRENGTH = 2;

/** What came in each bin, of how many that could have. */
export interface Exposed {
  arrivals: Float64Array;
  /** Sends that were under way in each bin without having arrived before it. */
  sends: Float64Array;
}

/** Share of a bin that sends of a stretch, some of which are in it, have behind them on average. */
function covered({ youngest, oldest }: Stretch, start: number, end: number): number {
  const width = end - start;
  if (oldest === youngest) return (oldest - start) / width;
  const [from, to] = [Math.max(youngest, start), Math.min(oldest, end)];
  const inside = ((to - from) * (from + to - 2 * start)) / (2 * width);
  return (inside + Math.max(0, oldest - end)) / (oldest - youngest);
}

/** How many sends have each bin behind them, into `out`; a bin that is half over counts half. */
function underWay(sends: readonly Stretch[], bins: Bins, out: Float64Array): void {
  out.fill(0);
  // first by how many bins are all behind them
  for (const { count, youngest } of sends) {
    const behind = binsUpTo(bins, youngest);
    if (behind > 0) out[behind - 1]! += count;
  }
  for (let b = bins.length - 1; b > 0; b--) out[b - 1]! += out[b]!;
  for (const own of sends) {
    for (let b = binsUpTo(bins, own.youngest); b < bins.length; b++) {
      const start = b === 0 ? 0 : bins[b - 1]!;
      if (start >= own.oldest) break;
      out[b]! += own.count * covered(own, start, bins[b]!);
    }
  }
}

/**
 * Counts cohorts into the bins that their ages cover. Which sends the arrivals are of is not known: they are of those that had
 * reached the bin, and as many of them as of all of those have reached a later one.
 */
export function exposed(cohorts: readonly Cohort[], bins: Bins): Exposed {
  const total = { arrivals: new Float64Array(bins.length), sends: new Float64Array(bins.length) };
  const under = new Float64Array(bins.length);
  for (const { sends, arrivals } of cohorts) {
    let all = 0;
    for (const { count } of sends) all += count;
    if (all <= 0) continue;
    underWay(sends, bins, under);
    let left = all;
    for (let b = 0; b < bins.length && under[b]! > 0; b++) {
      const reached = under[b]! / all;
      // clocks differ: nothing arrives that was not under way
      const came = Math.min(arrivals[b] ?? 0, under[b]!);
      total.arrivals[b]! += came;
      total.sends[b]! += Math.max(came, reached * left);
      if (came > 0) left -= came / reached;
    }
  }
  return total;
}

/** P(arrived by the end of each bin | arrives inside the window), from the hazard of each bin. */
export function shares(hazards: Float64Array): Float64Array {
  let waiting = 1;
  const arrived = hazards.map((h) => 1 - (waiting *= 1 - h));
  const all = arrived.at(-1)!;
  return arrived.map((share) => share / all);
}

/** How much comes in each bin, of how much has come by the end of each. */
export function density(shape: Float64Array): Float64Array {
  return shape.map((share, b) => share - (b === 0 ? 0 : shape[b - 1]!));
}

/**
 * Hazards of `own` counts, held to `shape` by so many arrivals. Product-limit with right censoring (Kaplan, Meier,
 * "Nonparametric Estimation from Incomplete Observations", 1958), every send at risk until it arrives.
 */
export function hazards(own: Exposed, shape: Float64Array, strength = STRENGTH): Float64Array {
  const f = density(shape);
  let [arrived, expected] = [STRENGTH * 1e-3, STRENGTH * 1e-3];
  for (let b = 0; b < f.length; b++) {
    arrived += own.arrivals[b]!;
    expected += own.sends[b]! * f[b]!;
  }
  const level = Math.min(0.9, arrived / expected);
  return f.map((share, b) => {
    const guess = Math.max(level * share, 1e-12);
    const under = own.sends[b]! + (strength * share) / guess;
    return under > 0 ? (own.arrivals[b]! + strength * share) / under : 0;
  });
}

/** F(age) / F(window) of one signal, linear inside of bins. */
export class DelayCurve {
  /** At the end of every bin. */
  readonly shares: Float64Array;
  readonly #bins: Bins;
  /** Integrals of it and of its square up to the end of every bin. */
  readonly #sums: Float64Array;
  readonly #squares: Float64Array;

  constructor(bins: Bins, shares: Float64Array) {
    this.#bins = bins;
    this.shares = shares;
    this.#sums = new Float64Array(shares.length);
    this.#squares = new Float64Array(shares.length);
    let [start, from, sum, square] = [0, 0, 0, 0];
    for (let b = 0; b < bins.length; b++) {
      const [width, to] = [bins[b]! - start, shares[b]!];
      this.#sums[b] = sum += (width * (from + to)) / 2;
      this.#squares[b] = square += (width * (from * from + from * to + to * to)) / 3;
      [start, from] = [bins[b]!, to];
    }
  }

  at(age: number): number {
    const b = binsUpTo(this.#bins, age);
    if (b === this.#bins.length) return 1;
    const start = b === 0 ? 0 : this.#bins[b - 1]!;
    const from = b === 0 ? 0 : this.shares[b - 1]!;
    return from + ((this.shares[b]! - from) * (age - start)) / (this.#bins[b]! - start);
  }

  /** Means of it and of its square over ages. */
  over(youngest: number, oldest: number): { mean: number; square: number } {
    if (youngest >= this.#bins.at(-1)!) return { mean: 1, square: 1 };
    if (youngest === oldest) {
      const share = this.at(youngest);
      return { mean: share, square: share * share };
    }
    const [from, to] = [this.#integrals(youngest), this.#integrals(oldest)];
    const width = oldest - youngest;
    return { mean: (to.sum - from.sum) / width, square: (to.square - from.square) / width };
  }

  #integrals(age: number): { sum: number; square: number } {
    const b = binsUpTo(this.#bins, age) - 1;
    const start = b < 0 ? 0 : this.#bins[b]!;
    const from = b < 0 ? 0 : this.shares[b]!;
    const [width, to] = [age - start, this.at(age)];
    return {
      sum: (b < 0 ? 0 : this.#sums[b]!) + (width * (from + to)) / 2,
      square: (b < 0 ? 0 : this.#squares[b]!) + (width * (from * from + from * to + to * to)) / 3,
    };
  }
}

/** What the options share, and each option's own. */
export interface DelayShares {
  shared: DelayCurve;
  options: DelayCurve[];
  /** How much of each option's own is what they share, from 0 to 1. */
  pooled: number[];
}

/** An exponential law that has all but ended at the window. */
export const firstGuess = (bins: Bins): Float64Array =>
  Float64Array.from(bins, (end) => (1 - Math.exp((-4 * end) / bins.at(-1)!)) / (1 - Math.exp(-4)));

/**
 * F(age) / F(window) for each option: each option's own product-limit estimate where it has
 * arrivals, held to what the options share, and that to an exponential law that has all but ended at the window. Options
 * may differ: a slow one judged by the others' haste would look worse than it is.
 * @param heldTo what an option is held to, at the end of every bin; absent: what the options share
 */
export function delayShares(
  options: readonly (readonly Cohort[])[],
  bins: Bins,
  heldTo: (option: number, shared: DelayCurve) => Float64Array = (_, { shares: all }) => all,
): DelayShares {
  const guess = firstGuess(bins);
  const counts = options.map((cohorts) => exposed(cohorts, bins));
  const sum = (pick: (own: Exposed) => Float64Array): Float64Array =>
    Float64Array.from(bins, (_, b) => counts.reduce((total, own) => total + pick(own)[b]!, 0));
  const shared = shares(hazards({ arrivals: sum((o) => o.arrivals), sends: sum((o) => o.sends) }, guess));
  const curveOf = (own: Float64Array): DelayCurve => new DelayCurve(bins, own);
  const together = curveOf(shared);
  return {
    shared: together,
    options: counts.map((own, i) => curveOf(shares(hazards(own, heldTo(i, together))))),
    pooled: counts.map(({ arrivals }) => STRENGTH / (STRENGTH + arrivals.reduce((total, n) => total + n, 0))),
  };
}

/**
 * As how many trials sends count by now: one that has arrived as 1, any other as F(age) / F(window). Those that have arrived are
 * taken to be of each age in proportion to how many could have.
 * @param least what any counts at least
 */
export function trialsOf(sends: readonly Stretch[], arrived: number, curve: DelayCurve, least = 0): number {
  let [all, expected, squares] = [0, 0, 0];
  for (const { count, youngest, oldest } of sends) {
    const { mean, square } = curve.over(youngest, oldest);
    all += count;
    expected += count * mean;
    squares += count * square;
  }
  const counted = Math.max(least, expected > 0 ? squares / expected : 0);
  return Math.min(all, Math.max(least * all, expected) + arrived * (1 - counted));
}
