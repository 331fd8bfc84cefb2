import { rngFromNumber } from '../../../core/maths/xoshiro.ts';

/** Who is asked: one cell of the context each. */
export const SEGMENTS = ['loyal', 'regular', 'rare'] as const;
/** Hours in which an answer counts. */
export const WINDOW = 168;
const OPTIONS = 4;
/** By how much options differ, by themselves and from one segment to another, in logarithms of rates. */
const BY_ITSELF = 0.3;
const BY_SEGMENT = 0.3;
const MOST_RATE = 0.5;

/** One value for each segment. */
type BySegment = readonly number[];

/** Which part of those who are asked in an hour are of each segment. @param hour since sending began @param hours that are sent in */
type Mix = (hour: number, hours: number) => BySegment;

export interface Planted {
  rates: BySegment;
  /** Mean delay of each segment's answers in hours; each option has its own where they differ by option. */
  delays: BySegment;
  byOption?: readonly number[];
  mix: Mix;
}

const EVEN: Mix = () => [1 / 3, 1 / 3, 1 / 3];
const UNLIKE = [0.1, 0.05, 0.01];
const ALIKE = [0.04, 0.04, 0.04];
const SAME = [24, 24, 24];
const APART = [2, 12, 48];

/** A stream has more loyal people in the evening; of a campaign the first hour is all theirs, and none of the others. */
const shifting: Mix = (hour, hours) => {
  if (hours <= 24) return hour < hours / 6 ? [1, 0, 0] : [0, 0.5, 0.5];
  const loyal = 0.3 + 0.28 * Math.sin((2 * Math.PI * hour) / 24);
  return [loyal, (1 - loyal) / 2, (1 - loyal) / 2];
};

export const WORLDS = {
  'a: rates differ': { rates: UNLIKE, delays: SAME, mix: EVEN },
  'b: delays differ': { rates: ALIKE, delays: APART, mix: EVEN },
  'c: both': { rates: UNLIKE, delays: APART, mix: EVEN },
  'd: rates differ, mix shifts': { rates: UNLIKE, delays: SAME, mix: shifting },
  'd: both, mix shifts': { rates: UNLIKE, delays: APART, mix: shifting },
  'e: options have laws': { rates: UNLIKE, delays: SAME, mix: EVEN, byOption: [2, 2, 12, 48] },
} satisfies Record<string, Planted>;

/** What one seed of a world is: rates inside the window and mean delays, by option and segment. */
export interface Truth {
  rates: readonly BySegment[];
  delays: readonly BySegment[];
  mix: Mix;
}

export function truthOf({ rates, delays, byOption, mix }: Planted, seed: number): Truth {
  const rng = rngFromNumber(21_000 + seed);
  const options = Array.from({ length: OPTIONS }, (_, a) => {
    const own = BY_ITSELF * rng.normal();
    return {
      rates: rates.map((rate) => Math.min(MOST_RATE, rate * Math.exp(own + BY_SEGMENT * rng.normal()))),
      delays: byOption ? rates.map(() => byOption[a]!) : delays,
    };
  });
  return { rates: options.map((own) => own.rates), delays: options.map((own) => own.delays), mix };
}

/** Of the answers that come inside the window, how many have by some age, in hours; exponential delays. */
export const cameBy = (age: number, mean: number): number =>
  (1 - Math.exp(-Math.min(WINDOW, Math.max(0, age)) / mean)) / (1 - Math.exp(-WINDOW / mean));

/** A delay inside the window from a uniform number. */
export const delayFrom = (uniform: number, mean: number): number =>
  -mean * Math.log(1 - uniform * (1 - Math.exp(-WINDOW / mean)));
