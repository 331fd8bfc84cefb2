import type { OptionKey } from '../domain/decision.ts';
import { countsFor } from './counts-for.ts';
import type { GoalSignal } from '../domain/programme.ts';
import { HOUR_MS } from '../domain/programme.ts';
import type { Block, BlockTotal } from './blocks.ts';
import type { Bins, Cohort } from './models/delay.ts';
import { binOf, delayShares, shareAt } from './models/delay.ts';

/** Hours at which bins of delays end: from a quarter of an hour on, two bins for each doubling, beyond any window. */
const ENDS: Bins = Array.from({ length: 40 }, (_, i) => 0.25 * 2 ** (i / 2));

/** Place of the arrivals whose delay nobody wrote down: those of before delays were. */
const UNKNOWN = 0;

/** Place that an arrival is counted in, by its delay in ms. */
export const placeOf = (delay: number | undefined): number =>
  delay === undefined ? UNKNOWN : 1 + binOf(ENDS, delay / HOUR_MS);

/** The bins inside an attribution window, in hours; the last ends with it. */
const binsIn = (window: number): Bins => [...ENDS.filter((end) => end < window), window];

const sum = (counts: readonly number[]): number => counts.reduce((total, n) => total + n, 0);

export const arrivalsOf = ({ arrivals }: BlockTotal, signal: string): number => sum(arrivals[signal] ?? []);

/** How late one signal arrives after the options of a programme, by now. */
export interface DelayLaw {
  /** Hours at which its bins end; the last is the attribution window. */
  bins: Bins;
  /** What all options share: of what arrives inside the window, how much has by the end of each bin. */
  shared: Float64Array;
  /** Of each option, held to what they share. */
  options: ReadonlyMap<OptionKey, Float64Array>;
}

/**
 * The law of one signal, from the arrivals in blocks. A block counts as old as its youngest trial can be, and not at all where
 * the delay of an arrival is not known. @param now hours since 1970
 */
export function lawOf(blocks: readonly Block[], goal: GoalSignal, now: number): DelayLaw {
  const bins = binsIn(goal.windowHours);
  const cohorts = new Map<OptionKey, Cohort[]>();
  for (const { from, length, options } of blocks) {
    for (const [option, total] of Object.entries(options)) {
      const counts = total.arrivals[goal.signal] ?? [];
      if (!countsFor(goal, option)) continue;
      const own = cohorts.get(option) ?? [];
      cohorts.set(option, own);
      if ((counts[UNKNOWN] ?? 0) > 0) continue;
      const arrivals = new Float64Array(bins.length);
      for (let bin = 0; bin < bins.length; bin++) arrivals[bin] = counts[1 + bin] ?? 0;
      const sends = Math.max(total.information[0]!, sum(counts));
      own.push({ at: Math.min(now, from + length), sends, arrivals });
    }
  }
  const { shared, options } = delayShares([...cohorts.values()], bins, now);
  return { bins, shared, options: new Map([...cohorts.keys()].map((key, i) => [key, options[i]!])) };
}

/** F(age) / F(window) of one option. @param age in hours */
export const lawAt = ({ bins, shared, options }: DelayLaw, option: OptionKey, age: number): number =>
  shareAt(options.get(option) ?? shared, bins, age);
