import type { HourCell, HourSums } from '../learn/hour-sums.ts';
import { SETTLED } from '../learn/hour-sums.ts';
import { HOUR_MS } from '../domain/programme.ts';
import { localAt, WEEK_HOURS } from './times.ts';

const DAY_HOURS = 24;

/** How responsive people are in each hour of the week, as multiples of their average, with the relative variance of that. */
export interface HourProfile {
  factor: Float64Array;
  variance: Float64Array;
}

/** Messages and responses by hour of the week; what is too new to be judged is left out. */
export interface HourCounts {
  sent: Float64Array;
  responded: Float64Array;
}

/** Responses by cell: how many there were, and how many were expected. */
interface Cells {
  found: Float64Array;
  expected: Float64Array;
}

/**
 * A message counts from a day after its hour on, when most who respond have done so; local clocks are at most 12 h behind UTC.
 */
const SETTLES_MS = (1 + 24 + 12) * HOUR_MS;

export const noCounts = (): HourCounts => ({
  sent: new Float64Array(WEEK_HOURS),
  responded: new Float64Array(WEEK_HOURS),
});

/** Calls `each` for every cell of some channels and segments that can be judged at `now`. */
export function eachCell(
  { cells }: HourSums,
  now: number,
  each: (cell: HourCell, hour: number, channel: string, segment: string) => void,
): void {
  for (const [channel, segments] of Object.entries(cells)) {
    for (const [segment, weeks] of Object.entries(segments)) {
      for (const [week, hours] of Object.entries(weeks)) {
        for (const [hour, cell] of Object.entries(hours)) {
          const settled = week === SETTLED || localAt(Number(week), Number(hour)) + SETTLES_MS <= now;
          if (settled) each(cell, Number(hour), channel, segment);
        }
      }
    }
  }
}

/**
 * How many expected responses the factor of 1 is worth in each cell, by the method of moments: what the cells differ by beyond
 * chance, with `weight` as of cells whose factors are known to be worth `guess` (Gamma factors of Poisson counts; Gelman et
 * al., "Bayesian Data Analysis", 2.6 and 5.3).
 */
export function strengthOf({ found, expected }: Cells, guess: number, weight: number): number {
  let [above, below] = [weight / guess, weight];
  for (let i = 0; i < found.length; i++) {
    above += (found[i]! - expected[i]!) ** 2 - expected[i]!;
    below += expected[i]! ** 2;
  }
  return held(below / above);
}

/** Bounds of a strength: hours that have nothing in common, and hours that are all the same. */
const LEAST = 1;
const MOST = 5_000;
export const held = (strength: number): number =>
  strength > 0 ? Math.min(MOST, Math.max(LEAST, strength)) : MOST;

/** Weight of the guesses, and how alike hours of the day, hours of the week, and segments are guessed to be. */
const GUESS = { weight: 25, day: 10, week: 40, segment: 40 };

/** Multiplies a profile by what some cells were responded to more than it expects; `cellOf` names the cell of an hour. */
function layered(
  profile: HourProfile,
  { sent, responded }: HourCounts,
  guess: number,
  cells: { count: number; cellOf: (hour: number) => number },
): HourProfile {
  const { count, cellOf } = cells;
  const rate = rateOf({ sent, responded }, profile.factor);
  const [found, expected] = [new Float64Array(count), new Float64Array(count)];
  for (let hour = 0; hour < WEEK_HOURS; hour++) {
    found[cellOf(hour)]! += responded[hour]!;
    expected[cellOf(hour)]! += rate * sent[hour]! * profile.factor[hour]!;
  }
  const strength = strengthOf({ found, expected }, guess, GUESS.weight);
  const own = found.map((n, i) => (strength + n) / (strength + expected[i]!));
  return {
    factor: profile.factor.map((f, hour) => f * own[cellOf(hour)]!),
    variance: profile.variance.map((v, hour) => v + 1 / (strength + found[cellOf(hour)]!)),
  };
}

/** Responses to a message in an hour of factor 1: exactly as many as there were are then expected of all. */
function rateOf({ sent, responded }: HourCounts, factor: Float64Array): number {
  let [all, messages] = [0, 0];
  for (let hour = 0; hour < WEEK_HOURS; hour++) {
    all += responded[hour]!;
    messages += sent[hour]! * factor[hour]!;
  }
  return messages > 0 ? all / messages : 0;
}

const byDay = { count: DAY_HOURS, cellOf: (hour: number): number => hour % DAY_HOURS };
const byWeek = { count: WEEK_HOURS, cellOf: (hour: number): number => hour };

export const FLAT: HourProfile = {
  factor: new Float64Array(WEEK_HOURS).fill(1),
  variance: new Float64Array(WEEK_HOURS),
};

/** The profile of everybody: hours of the day, and hours of the week as far as they are found to differ from those. */
export const profileOfAll = (counts: HourCounts): HourProfile =>
  layered(layered(FLAT, counts, GUESS.day, byDay), counts, GUESS.week, byWeek);

/** The profile of some of them, held to that of everybody. */
export const profileOfSome = (everybody: HourProfile, counts: HourCounts): HourProfile =>
  layered(layered(everybody, counts, GUESS.segment, byDay), counts, GUESS.segment, byWeek);
