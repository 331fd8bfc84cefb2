import type { OptionKey } from '../domain/decision.ts';
import { factorize, rowStart, solveLower, solveUpper } from '../maths/cholesky.ts';
import type { Arrived, Awaited } from './arrived.ts';
import type { Block, BlockTotal } from './blocks.ts';
import { addAll, columnsOf } from './blocks.ts';
import { countsFor } from './counts-for.ts';
import { addOrders, NO_ORDERS, noiseOf } from './models/value.ts';
import { orderSums } from './robust-totals.ts';
import { hadKey, pairKey } from './worths.ts';

/** How much the trials of one option in a block count for one signal. */
type ShareOf = Arrived['shareOf'];

/** A point of time from which on an option earns something else than before. */
export interface Change {
  /** Hour since 1970. */
  from: number;
  option: OptionKey;
  signal: string;
  /** What comes of a trial before and since, against what was to be expected of it had nothing changed. */
  before: number;
  since: number;
}

/**
 * Nats by which two rates have to be likelier than one, and more by the logarithm of how many series are looked at. By simulation
 * of years of four options of 1 to 5 % in which nothing changes, looked at once a day: passed in 2 of 300; 9 nats in 7 of 200.
 */
const ALARM = 10.6;

/** The same for all series together, in standard deviations: in none of 150 such years. */
const ALARM_DEVIATIONS = 4.6;

/** Least hours on either side: a night is not a change. */
const LEAST_HOURS = 24;

/** Least share of the mean rate that is expected of a block: a linear model may expect less than nothing. */
const LEAST_SHARE = 0.1;

/** As many orders of the usual size as hold the values of one side of a boundary. */
const HELD_ORDERS = 20;

/** What came of the trials of one option in the blocks, in order of time. */
interface Series {
  option: OptionKey;
  signal: string;
  /** Sums of worths; of a signal that carries a value, how often there was one. */
  observed: number[];
  /** How much more the logarithms of these values are than as many are on average; 0 of a signal that carries none. */
  logs: number[];
  /** As many in proportion as would be expected had nothing changed. */
  expected: number[];
  /** Variance of what is observed for each that is expected: 1 of a signal that only counts. */
  size: number;
}

/**
 * How many values of the usual size come to as much: what one is worth is learned from logarithms (`robust-totals.ts`). A side of a boundary may be
 * a day, and a few huge orders in one are chance: it is held by more than what an option is.
 */
const worthOf = (observed: number, logs: number): number =>
  observed * Math.exp(logs / (HELD_ORDERS + observed));

/** Expected worth of a trial by its features, all blocks together: a ridge regression, the mean where there is no context. */
function expectation(totals: readonly (BlockTotal | undefined)[], signal: string): Float64Array {
  const [first] = totals.flatMap((total) => total ?? []);
  const d = first ? columnsOf(first) : 0;
  const information = new Array<number>((d * (d + 1)) / 2).fill(0);
  const response = new Array<number>(d).fill(0);
  for (const total of totals) {
    if (total) addAll(information, total.information);
    addAll(response, total?.responses[signal] ?? []);
  }
  const factor = Float64Array.from(information);
  for (let i = 0; i < d; i++) factor[rowStart(i) + i]! += 1;
  factorize(factor, d, factor);
  const mean = solveLower(factor, Float64Array.from(response), new Float64Array(d));
  return solveUpper(factor, mean, mean);
}

function seriesOf(blocks: readonly Block[], option: OptionKey, awaited: Awaited, shareOf: ShareOf): Series {
  const { signal } = awaited.goal;
  const totals = blocks.map(({ options }) => options[option]);
  const orders = totals.map((total) => (total ? orderSums(total, signal) : NO_ORDERS));
  const all = orders.reduce(addOrders, NO_ORDERS);
  const centre = all.orders > 0 ? all.logs / all.orders : 0;
  const told = all.orders > 0 ? hadKey(signal) : signal;
  const weights = expectation(totals, told);
  const sum = (of: (total: BlockTotal) => number): number =>
    totals.reduce((whole, total) => whole + (total ? of(total) : 0), 0);
  const trials = sum(({ information }) => information[0]!);
  const worth = sum(({ responses }) => responses[told]?.[0] ?? 0);
  const squares = sum((total) => total.squares[pairKey(told, told)] ?? 0);
  const expected = totals.map((total, k) => {
    if (!total || total.information[0]! <= 0) return 0;
    const reckoned = weights.reduce((some, weight, j) => some + weight * total.information[rowStart(j)]!, 0);
    const least = (LEAST_SHARE * worth * total.information[0]!) / trials;
    return Math.max(reckoned, least) * shareOf(blocks[k]!, option, awaited);
  });
  const observed = totals.map((total) => total?.responses[told]?.[0] ?? 0);
  const logs = orders.map((own) => own.logs - centre * own.orders);
  const noise = all.orders > 0 ? noiseOf([all]) : 0;
  return { option, signal, observed, logs, expected, size: (worth > 0 ? squares / worth : 1) * (1 + noise) };
}

/** Log-likelihood ratio of two rates, of which one holds for the first part, against one (Poisson, given the sum). */
function ratio(observed: readonly [number, number], expected: readonly [number, number]): number {
  const rate = (observed[0] + observed[1]) / (expected[0] + expected[1]);
  const term = (own: number, of: number): number => (own > 0 ? own * Math.log(own / (rate * of)) : 0);
  return expected[0] > 0 && expected[1] > 0
    ? term(observed[0], expected[0]) + term(observed[1], expected[1])
    : 0;
}

/**
 * How much more the days of a series differ than chance makes them, at least 1: Pearson's statistic for its degrees of freedom, each side of a
 * boundary with a rate and values of its own (McCullagh, Nelder, "Generalized Linear Models", 1989, section 4.5). Weeks have a rhythm, and what differs
 * from one day to the next for other reasons is no reason to forget.
 */
function dispersion(
  { observed, logs, expected, size }: Series,
  blocks: readonly Block[],
  boundary: number,
): number {
  let [statistic, days] = [0, 0];
  for (const [from, to] of [
    [0, boundary],
    [boundary, blocks.length],
  ] as const) {
    const own = total(observed.slice(from, to));
    const [rate, log] = [
      own / total(expected.slice(from, to)),
      own > 0 ? total(logs.slice(from, to)) / own : 0,
    ];
    let [o, l, e, hours] = [0, 0, 0, 0];
    for (let k = from; k < to; k++) {
      [o, l] = [o + observed[k]!, l + logs[k]! - log * observed[k]!];
      [e, hours] = [e + rate * expected[k]!, hours + blocks[k]!.length];
      if (hours < 24 || e <= 0) continue;
      statistic += (worthOf(o, l) - e) ** 2 / (e * size);
      days++;
      [o, l, e, hours] = [0, 0, 0, 0];
    }
  }
  return days > 2 ? Math.max(1, statistic / (days - 2)) : 1;
}

const total = (of: readonly number[]): number => of.reduce((sum, x) => sum + x, 0);

interface Found extends Change {
  block: number;
  nats: number;
}

/** How much one series speaks for a change at each boundary of blocks that is not too near either end. */
function splitsOf(series: Series, blocks: readonly Block[], now: number): Found[] {
  const { option, signal, observed, logs, expected, size } = series;
  const all = [total(observed), total(expected), total(logs)] as const;
  const rate = all[0] / all[1];
  const splits: Found[] = [];
  let [o, e, l] = [0, 0, 0];
  for (let k = 1; k < blocks.length; k++) {
    o += observed[k - 1]!;
    e += expected[k - 1]!;
    l += logs[k - 1]!;
    const { from } = blocks[k]!;
    if (from - blocks[0]!.from < LEAST_HOURS || now - from < LEAST_HOURS) continue;
    const worths = [worthOf(o, l), worthOf(all[0] - o, all[2] - l)] as const;
    const likelier = ratio(worths, [e, all[1] - e]) / size;
    const nats = likelier > ALARM / 4 ? likelier / dispersion(series, blocks, k) : likelier;
    const [before, since] = [worths[0] / (rate * e), worths[1] / (rate * (all[1] - e))];
    splits.push({ from, option, signal, before, since, block: k, nats });
  }
  return splits;
}

const sharper = (one: Found | undefined, other: Found): Found =>
  one && one.nats >= other.nats ? one : other;

/**
 * Boundaries at which all series together speak for a change, though perhaps none enough by itself; told by the one that does most. Twice
 * the nats of each are chi-squared where nothing changed, and so is their sum (Wilson, Hilferty, "The Distribution of Chi-Square", 1931).
 */
function together(series: readonly (readonly Found[])[]): Found[] {
  const n = series.length;
  if (n < 2) return [];
  const c = 2 / (9 * n);
  const alarm = (n * (1 - c + ALARM_DEVIATIONS * Math.sqrt(c)) ** 3) / 2;
  return series[0]!.flatMap((_, i) => {
    const own = series.map((splits) => splits[i]!);
    const nats = own.reduce((sum, split) => sum + split.nats, 0);
    return nats < alarm ? [] : [{ ...own.reduce(sharper), nats }];
  });
}

/**
 * The last time that something changed, looked for by option and signal, and in all of them together, in what was observed before and since every boundary of blocks
 * (binary segmentation of the later part). A function of the blocks and the time alone: it is found again at any time for
 * as long as it shows, and what was forgotten for it counts again when it does not.
 * @param now hours since 1970
 * @param heeded whether a change of an option counts; asked only of those that seem to have changed
 */
export function lastChange(
  blocks: readonly Block[],
  arrived: Pick<Arrived, 'goals' | 'shareOf'>,
  now: number,
  heeded: (option: OptionKey) => boolean = () => true,
): Change | undefined {
  const options = [...new Set(blocks.flatMap((block) => Object.keys(block.options)))].sort();
  const pairs = options.flatMap((option) =>
    arrived.goals.flatMap((awaited) => (countsFor(awaited.goal, option) ? [{ option, awaited }] : [])),
  );
  const shareOf: ShareOf = (...of) => arrived.shareOf(...of);
  const series = pairs.map(({ option, awaited }) => seriesOf(blocks, option, awaited, shareOf));
  const splits = series.map((one) => splitsOf(one, blocks, now));
  const alarm = ALARM + Math.log(series.length);
  const alone = splits.flatMap((own) => own.filter(({ nats }) => nats >= alarm));
  const counted = (): Found[][] => splits.filter(([split]) => split && heeded(split.option));
  const found = [
    ...alone.filter(({ option }) => heeded(option)),
    ...(together(splits).length > 0 ? together(counted()) : []),
  ].reduce<Found | undefined>(sharper, undefined);
  if (!found) return undefined;
  const { from, option, signal, before, since } = found;
  const later = lastChange(blocks.slice(found.block), arrived, now, heeded);
  return later ?? { from, option, signal, before, since };
}
