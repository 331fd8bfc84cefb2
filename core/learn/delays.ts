import type { OptionKey } from '../domain/decision.ts';
import { countsFor } from './counts-for.ts';
import type { GoalSignal, Programme } from '../domain/programme.ts';
import { HOUR_MS } from '../domain/programme.ts';
import type { Block, BlockTotal } from './blocks.ts';
import type { Bins, Cohort, DelayCurve, Stretch } from './models/delay.ts';
import { binOf, delayShares } from './models/delay.ts';

const every = (hours: number, from: number, until: number): number[] =>
  Array.from({ length: (until - from) / hours }, (_, i) => from + (i + 1) * hours);

/**
 * Hours at which bins of delays end: quarters of the first hour, hours of two days, four hours of a week and a day, days of three
 * months, beyond any window. What is handed over once a day comes in one hour, and a bin that is wider counts trials for hours that
 * nothing could have come of.
 */
const ENDS: Bins = [...every(0.25, 0, 1), ...every(1, 1, 48), ...every(4, 48, 192), ...every(24, 192, 2208)];

/** Place of the arrivals whose delay nobody wrote down: those of before delays were. */
export const UNKNOWN = 0;

/** Place that an arrival is counted in, by its delay in hours. @param ends those of all bins, in hours */
export const placeAt = (delay: number, ends = ENDS): number => 1 + binOf(ends, Math.min(delay, ends.at(-1)!));

/** The same by its delay in ms. */
export const placeOf = (delay: number | undefined, ends = ENDS): number =>
  delay === undefined ? UNKNOWN : placeAt(delay / HOUR_MS, ends);

/** The bins inside an attribution window, in hours; the last ends with it. */
export const binsIn = (window: number, ends = ENDS): Bins => [...ends.filter((end) => end < window), window];

/**
 * The trials of one option in a block by age; those of the hour that is under way are as old as they can be at most.
 * @param now hours since 1970
 */
export function agesOf({ from, length }: Block, { made }: Pick<BlockTotal, 'made'>, now: number): Stretch[] {
  const hours = length / made.length;
  const ages: Stretch[] = [];
  for (let i = 0; i < made.length; i++) {
    if (made[i] === 0) continue;
    const since = now - from - i * hours;
    ages.push({ count: made[i]!, youngest: Math.max(0, since - hours), oldest: Math.max(0, since) });
  }
  return ages;
}

export const sumOf = (of: ArrayLike<number>): number => Array.from(of).reduce((all, n) => all + n, 0);

export const arrivalsOf = ({ arrivals }: Pick<BlockTotal, 'arrivals'>, signal: string): number =>
  sumOf(arrivals[signal] ?? []);

/** How late one signal arrives after the options of a programme, by now. */
export interface DelayLaw {
  /** Hours after the decision at which its bins end; with the last, nothing is awaited any more. */
  bins: Bins;
  /** What all options share: of what arrives inside the window, how much has by some age. */
  shared: DelayCurve;
  /** Of each option, held to what they share. */
  options: ReadonlyMap<OptionKey, DelayCurve>;
  /** How much of each option's own is what they share, from 0 to 1. */
  pooled: ReadonlyMap<OptionKey, number>;
  /** Arrivals that it is known from, of all options together. */
  known: number;
}

/** Hours after a decision in which a signal may still count: its window begins when the message is sent, which may be later. */
export const awaitedHours = ({ timing }: Programme, { windowHours }: GoalSignal): number =>
  windowHours + (timing?.horizonHours ?? 0);

/** What is known of one option: its trials whose windows are closed, which are all alike, and the others. */
interface Known {
  trials: number;
  arrivals: number[];
  open: Cohort[];
}

/** A signal that is awaited for `window` hours; `now` in hours since 1970. */
export interface Awaiting {
  goal: GoalSignal;
  window: number;
  now: number;
}

/**
 * The law of one signal, from the arrivals in blocks; not where the delay of an arrival is not known.
 * @param heldTo what each option is held to beside its own arrivals, at the end of every bin; absent: what all share
 */
export function lawOf(
  blocks: readonly Block[],
  { goal, window, now }: Awaiting,
  heldTo?: (option: OptionKey, shared: DelayCurve, bins: Bins) => Float64Array,
): DelayLaw {
  const known = new Map<OptionKey, Known>();
  for (const block of blocks) {
    const closed = now - block.from - block.length >= window;
    for (const [option, total] of Object.entries(block.options)) {
      if (!countsFor(goal, option)) continue;
      let own = known.get(option);
      if (!own) known.set(option, (own = { trials: 0, arrivals: [], open: [] }));
      const counts = total.arrivals[goal.signal] ?? [];
      if ((counts[UNKNOWN] ?? 0) > 0) continue;
      const arrivals = counts.slice(1);
      if (closed) addClosed(own, total.information[0]!, arrivals);
      else own.open.push({ sends: agesOf(block, total, now), arrivals });
    }
  }
  const bins = binsIn(window);
  const cohorts = [...known.values()].map(({ trials, arrivals, open }) => {
    return [{ sends: [{ count: trials, youngest: window, oldest: window }], arrivals }, ...open];
  });
  const keys = [...known.keys()];
  const { shared, options, pooled } = delayShares(
    cohorts,
    bins,
    heldTo && ((i, all) => heldTo(keys[i]!, all, bins)),
  );
  const byOption = <Own>(of: readonly Own[]): Map<OptionKey, Own> =>
    new Map(keys.map((key, i) => [key, of[i]!]));
  const all = sumOf(cohorts.flat().map(({ arrivals }) => sumOf(arrivals)));
  return { bins, shared, options: byOption(options), pooled: byOption(pooled), known: all };
}

function addClosed(own: Known, trials: number, arrivals: readonly number[]): void {
  own.trials += trials;
  for (let bin = 0; bin < arrivals.length; bin++)
    own.arrivals[bin] = (own.arrivals[bin] ?? 0) + arrivals[bin]!;
}

/** What is known of how late one option's signals come. */
export const curveOf = ({ shared, options }: DelayLaw, option: OptionKey): DelayCurve =>
  options.get(option) ?? shared;
