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
const UNKNOWN = 0;

/** Place that an arrival is counted in, by its delay in hours. */
export const placeAt = (delay: number): number => 1 + binOf(ENDS, Math.min(delay, ENDS.at(-1)!));

/** The same by its delay in ms. */
export const placeOf = (delay: number | undefined): number =>
  delay === undefined ? UNKNOWN : placeAt(delay / HOUR_MS);

/** The bins inside an attribution window, in hours; the last ends with it. */
const binsIn = (window: number): Bins => [...ENDS.filter((end) => end < window), window];

/**
 * The trials of one option in a block by age; those of the hour that is under way are as old as they can be at most.
 * @param now hours since 1970
 */
export function agesOf({ from, length }: Block, { made }: BlockTotal, now: number): Stretch[] {
  const hours = length / made.length;
  return made.flatMap((count, i) => {
    if (count === 0) return [];
    const since = now - from - i * hours;
    return [{ count, youngest: Math.max(0, since - hours), oldest: Math.max(0, since) }];
  });
}

const sum = (counts: readonly number[]): number => counts.reduce((total, n) => total + n, 0);

export const arrivalsOf = ({ arrivals }: BlockTotal, signal: string): number => sum(arrivals[signal] ?? []);

/** How late one signal arrives after the options of a programme, by now. */
export interface DelayLaw {
  /** Hours after the decision at which its bins end; with the last, nothing is awaited any more. */
  bins: Bins;
  /** What all options share: of what arrives inside the window, how much has by some age. */
  shared: DelayCurve;
  /** Of each option, held to what they share. */
  options: ReadonlyMap<OptionKey, DelayCurve>;
}

/** Hours after a decision in which a signal may still count: its window begins when the message is sent, which may be later. */
export const awaitedHours = ({ timing }: Programme, { windowHours }: GoalSignal): number =>
  windowHours + (timing?.horizonHours ?? 0);

/**
 * The law of one signal, from the arrivals in blocks; not where the delay of an arrival is not known. @param hours it is awaited
 * @param now hours since 1970
 */
export function lawOf(blocks: readonly Block[], goal: GoalSignal, hours: number, now: number): DelayLaw {
  const bins = binsIn(hours);
  const cohorts = new Map<OptionKey, Cohort[]>();
  for (const block of blocks) {
    for (const [option, total] of Object.entries(block.options)) {
      const counts = total.arrivals[goal.signal] ?? [];
      if (!countsFor(goal, option)) continue;
      const own = cohorts.get(option) ?? [];
      cohorts.set(option, own);
      if ((counts[UNKNOWN] ?? 0) > 0) continue;
      const arrivals = new Float64Array(bins.length);
      for (let bin = 0; bin < bins.length; bin++) arrivals[bin] = counts[1 + bin] ?? 0;
      own.push({ sends: agesOf(block, total, now), arrivals });
    }
  }
  const { shared, options } = delayShares([...cohorts.values()], bins);
  return { bins, shared, options: new Map([...cohorts.keys()].map((key, i) => [key, options[i]!])) };
}

/** What is known of how late one option's signals come. */
export const curveOf = ({ shared, options }: DelayLaw, option: OptionKey): DelayCurve =>
  options.get(option) ?? shared;
