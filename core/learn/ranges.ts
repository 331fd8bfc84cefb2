import type { FeatureDeclaration } from '../domain/feature.ts';
import type { Programme } from '../domain/programme.ts';
import { asNumber } from './features/declared.ts';
import type { LinearState, LinearTrial } from './linear-state.ts';
import { learnsContext } from './linear-state.ts';

/** Between which values a number is told apart. */
export interface Range {
  min: number;
  max: number;
  /** Trials it was learned from. */
  trials: number;
}

/** Trials by bin of their value. */
type Counts = Record<string, number>;

/** A range with whom it is of: without one of them it may be another. */
interface LearnedRange extends Range {
  /** Hour since 1970: it is of the trials that were made until then. */
  until: number;
  /** These, also those that came to be known later. */
  counts: Counts;
  /** Some of these were taken back: it is looked at again. */
  taken?: true | undefined;
}

/** What is kept of the numbers whose range a programme leaves to be learned. */
export interface NumberSums {
  /** Trials by feature. */
  counts: Record<string, Counts>;
  /** What the sums of the model are in. */
  ranges: Record<string, LearnedRange>;
}

type Known = { numbers?: NumberSums | undefined };
type Learned = Known & { linear: Pick<LinearState, 'newest'> };

/** Bins of values for each doubling, so that a range is right to a tenth; above all numbers of bins of a double. */
const PER_DOUBLING = 8;
const MIDDLE = 10_000;

/** Share of the trials that lie beyond either end of a range: a few absurd values move nothing. */
const BEYOND = 0.01;
/** Fewer trials than this say nothing of a range. */
const LEAST_TRIALS = 100;
/** A range is looked at again when there are so many times as many trials: sums are made anew for another one. */
const AGAIN = 2;
/** Beyond these nothing can be scaled. */
const MOST = 1e100;

const learnedOf = new WeakMap<Programme, readonly string[]>();

/** Numbers of the context whose range is learned. */
export function learnedNumbers(programme: Programme): readonly string[] {
  let own = learnedOf.get(programme);
  if (!own) {
    const declared = learnsContext(programme) ? Object.entries(programme.context ?? {}) : [];
    own = declared.flatMap(([name, feature]) =>
      feature.type === 'number' && feature.min === undefined ? [name] : [],
    );
    learnedOf.set(programme, own);
  }
  return own;
}

/** Bins are numbered in the order of their values: logarithmic on either side of 0. */
function binOf(value: number): number {
  if (value === 0) return 0;
  const size = Math.min(MOST, Math.max(1 / MOST, Math.abs(value)));
  return Math.sign(value) * (MIDDLE + Math.floor(PER_DOUBLING * Math.log2(size)));
}

/** Least and greatest value of a bin. */
function edgesOf(bin: number): readonly [number, number] {
  if (bin === 0) return [0, 0];
  const at = (place: number): number => 2 ** ((place - MIDDLE) / PER_DOUBLING);
  const [low, high] = [at(Math.abs(bin)), at(Math.abs(bin) + 1)];
  return bin > 0 ? [low, high] : [-high, -low];
}

/** Takes out what is known of numbers that are declared by now, or gone: whoever is erased would stay in it. Changes `state`. */
function tidy(state: Known, own: readonly string[]): void {
  if (!state.numbers) return;
  const { counts, ranges } = state.numbers;
  const others = Object.keys({ ...counts, ...ranges }).filter((name) => !own.includes(name));
  for (const name of others) {
    delete counts[name];
    delete ranges[name];
  }
  if (own.length === 0) delete state.numbers;
}

/** Adds to the count of a bin; nothing is left of what was taken back. Changes `counts`. */
function addTo(counts: Counts, bin: string, count: number): void {
  counts[bin] = (counts[bin] ?? 0) + count;
  if (counts[bin] === 0) delete counts[bin];
}

/** Counts the numbers of trials that are alike; a negative number takes them back. Changes `state`. */
export function countNumbers(
  programme: Programme,
  state: Known,
  { context, hour }: Pick<LinearTrial, 'context' | 'hour'>,
  count: number,
): void {
  const names = learnedNumbers(programme);
  tidy(state, names);
  for (const name of names) {
    const value = Object.hasOwn(context, name) ? asNumber(context[name]) : undefined;
    if (typeof value !== 'number' || !Number.isFinite(value)) continue;
    const { counts, ranges } = (state.numbers ??= { counts: {}, ranges: {} });
    const own = (counts[name] ??= {});
    const bin = String(binOf(value));
    addTo(own, bin, count);
    if (Object.keys(own).length === 0) delete counts[name];
    const range = ranges[name];
    if (!range || hour > range.until) continue;
    addTo(range.counts, bin, count);
    if (count < 0) range.taken = true;
  }
}

const sum = (counts: Readonly<Counts>): number =>
  Object.values(counts).reduce((all, count) => all + count, 0);

/** From the bin of the first to that of the last percentile; a function of the counts alone. Undefined where they tell nothing apart. */
export function rangeOf(counts: Readonly<Counts>): Range | undefined {
  const bins = Object.entries(counts)
    .map(([bin, count]) => [Number(bin), count] as const)
    .sort(([a], [b]) => a - b);
  const trials = sum(counts);
  if (trials < LEAST_TRIALS) return undefined;
  const beyond = (from: readonly (readonly [number, number])[]): number => {
    let passed = 0;
    for (const [bin, count] of from) if ((passed += count) > BEYOND * trials) return bin;
    return 0;
  };
  const [min] = edgesOf(beyond(bins));
  const [, max] = edgesOf(beyond(bins.toReversed()));
  return min < max ? { min, max, trials } : undefined;
}

/**
 * The range that a number should be in by now. With whoever was erased it is of those who are left of whom it was of. It is the one in use
 * unless that is another, or there are many more by now.
 */
function wantedRange(
  counts: Counts,
  used: LearnedRange | undefined,
  newest: number,
): LearnedRange | undefined {
  const left = used?.taken ? rangeOf(used.counts) : used;
  const held = used && left && { ...used, ...left };
  if (held && sum(counts) < AGAIN * held.trials) return held;
  const found = rangeOf(counts);
  return found ? { ...found, until: newest, counts: {} } : held;
}

const wantedRanges = (programme: Programme, { numbers, linear }: Learned): NumberSums['ranges'] => {
  const wanted = learnedNumbers(programme).flatMap((name) => {
    const { [name]: own = {} } = numbers?.counts ?? {};
    const range = wantedRange(own, numbers?.ranges[name], linear.newest);
    return range ? [[name, range] as const] : [];
  });
  return Object.fromEntries(wanted);
};

/** Whether the sums of a model should be made anew in other ranges. */
export function rangesMoved(programme: Programme, known: Learned): boolean {
  const wanted = wantedRanges(programme, known);
  return learnedNumbers(programme).some((name) => {
    const [used, own] = [known.numbers?.ranges[name], wanted[name]];
    return used?.min !== own?.min || used?.max !== own?.max;
  });
}

/** What sums that are made anew begin with: in the ranges that are wanted by now, and nothing counted. */
export function beginNumbers(programme: Programme, known: Learned): NumberSums | undefined {
  if (learnedNumbers(programme).length === 0) return undefined;
  const wanted = Object.entries(wantedRanges(programme, known));
  const begun = wanted.map(([name, range]) => [name, { ...range, counts: {}, taken: undefined }] as const);
  return { counts: {}, ranges: Object.fromEntries(begun) };
}

/** What was written of numbers, also when it was not kept of whom a range is: that is looked at anew. */
export const readNumbers = ({ counts, ranges }: NumberSums): NumberSums => {
  const known = Object.values<Partial<LearnedRange>>(ranges).every((range) => range.counts);
  return { counts, ranges: known ? ranges : {} };
};

/** The ranges in use, and of how many trials who are on record. */
export const rangesOf = ({ numbers }: Known): Record<string, Range> | undefined => {
  const ranges = Object.entries(numbers?.ranges ?? {});
  const shown = ranges.map(
    ([name, { min, max, counts }]) => [name, { min, max, trials: sum(counts) }] as const,
  );
  return numbers && Object.fromEntries(shown);
};

const ranged = new WeakMap<Programme, Map<string, Programme>>();

/** A programme as if it declared the ranges that its model is in. Of a number that has none yet nothing is known. */
export function inRanges(programme: Programme, { numbers }: Known): Programme {
  const own = learnedNumbers(programme);
  if (own.length === 0 || !numbers) return programme;
  const key = JSON.stringify(own.map((name) => [numbers.ranges[name]?.min, numbers.ranges[name]?.max]));
  const known = ranged.get(programme) ?? new Map<string, Programme>();
  ranged.set(programme, known);
  let found = known.get(key);
  if (!found) known.set(key, (found = { ...programme, context: contextIn(programme, numbers.ranges) }));
  return found;
}

function contextIn({ context = {} }: Programme, ranges: NumberSums['ranges']): Programme['context'] {
  const declared = Object.entries(context).map(([name, own]): [string, FeatureDeclaration] => {
    const range = ranges[name];
    if (own.type !== 'number' || own.min !== undefined || !range) return [name, own];
    return [name, { ...own, min: range.min, max: range.max }];
  });
  return Object.fromEntries(declared);
}
