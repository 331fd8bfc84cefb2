import type { DecideRequest } from '../domain/decision.ts';
import type { FeatureDeclaration } from '../domain/feature.ts';
import type { Programme } from '../domain/programme.ts';
import { asNumber } from './features/declared.ts';
import { learnsContext } from './linear-state.ts';

/** Between which values a number is told apart. */
export interface Range {
  min: number;
  max: number;
  /** Trials it was learned from. */
  trials: number;
}

/** What is kept of the numbers whose range a programme leaves to be learned. */
export interface NumberSums {
  /** Trials by feature and by bin of the value. */
  counts: Record<string, Record<string, number>>;
  /** What the sums of the model are in. */
  ranges: Record<string, Range>;
}

type Known = { numbers?: NumberSums | undefined };

/** Bins of values for each doubling, so that a range is right to a tenth; above all numbers of bins of a double. */
const PER_DOUBLING = 8;
const MIDDLE = 10_000;

/** Share of the trials that lie beyond either end of a range: a few absurd values move nothing. */
const BEYOND = 0.01;
/** Fewer trials than this say nothing of a range. */
const LEAST_TRIALS = 100;
/** A range is looked at again when there are so many times as many trials, or as few: sums are made anew for another one. */
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

/** Counts the numbers of trials that are alike; a negative number takes them back. Changes `state`. */
export function countNumbers(
  programme: Programme,
  state: Known,
  context: DecideRequest['context'],
  count: number,
): void {
  const names = learnedNumbers(programme);
  tidy(state, names);
  for (const name of names) {
    const value = Object.hasOwn(context, name) ? asNumber(context[name]) : undefined;
    if (typeof value !== 'number' || !Number.isFinite(value)) continue;
    const { counts } = (state.numbers ??= { counts: {}, ranges: {} });
    const own = (counts[name] ??= {});
    const bin = String(binOf(value));
    own[bin] = (own[bin] ?? 0) + count;
    if (own[bin] === 0) delete own[bin];
    if (Object.keys(own).length === 0) delete counts[name];
  }
}

/** From the bin of the first to that of the last percentile; a function of the counts alone. Undefined where they tell nothing apart. */
export function rangeOf(counts: Readonly<Record<string, number>>): Range | undefined {
  const bins = Object.entries(counts)
    .map(([bin, count]) => [Number(bin), count] as const)
    .sort(([a], [b]) => a - b);
  const trials = bins.reduce((sum, [, count]) => sum + count, 0);
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

/** The ranges that what is known by now asks for, where they are others than those in use. */
function wantedRanges(programme: Programme, { numbers }: Known): NumberSums['ranges'] | undefined {
  let others = false;
  const wanted = learnedNumbers(programme).flatMap((name) => {
    const used = numbers?.ranges[name];
    const found = rangeOf(numbers?.counts[name] ?? {});
    const ratio = used && found ? found.trials / used.trials : Infinity;
    if (!found || (ratio < AGAIN && ratio > 1 / AGAIN)) return used ? [[name, used] as const] : [];
    others ||= found.min !== used?.min || found.max !== used.max;
    return [[name, found] as const];
  });
  return others ? Object.fromEntries(wanted) : undefined;
}

/** Whether the sums of a model should be made anew in other ranges. */
export const rangesMoved = (programme: Programme, known: Known): boolean =>
  wantedRanges(programme, known) !== undefined;

/** What sums that are made anew begin with: in the ranges that are wanted by now, and nothing counted. */
export function beginNumbers(programme: Programme, known: Known): NumberSums | undefined {
  const own = learnedNumbers(programme);
  if (own.length === 0) return undefined;
  const used = Object.entries(known.numbers?.ranges ?? {}).filter(([name]) => own.includes(name));
  return { counts: {}, ranges: wantedRanges(programme, known) ?? Object.fromEntries(used) };
}

const ranged = new WeakMap<Programme, Map<string, Programme>>();

/** A programme as if it declared the ranges that its model is in. Of a number that has none yet nothing is known. */
export function inRanges(programme: Programme, { numbers }: Known): Programme {
  const own = learnedNumbers(programme);
  if (own.length === 0 || !numbers) return programme;
  const key = JSON.stringify(own.map((name) => numbers.ranges[name]));
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
