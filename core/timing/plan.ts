import type { Rng } from '../contracts/rng.ts';
import type { Person } from '../domain/person.ts';
import type { Variant } from '../domain/programme.ts';
import type { PlannedHour, Timing, TimingRecord } from '../domain/timing.ts';
import { MOST_OPTIONS, TIME_PARTS } from '../domain/timing.ts';
import type { CheckedTimes } from '../guardrails/check-times.ts';
import { checkTimes } from '../guardrails/check-times.ts';
import type { GuardContext } from '../guardrails/guardrail.ts';
import type { Place } from '../guardrails/place.ts';
import { clockOf, placeOf, traitIn } from '../guardrails/place.ts';
import { drawPart } from './chances.ts';
import { hourOfWeek, timesAhead, weekOf } from './times.ts';

/** How a time is chosen: as it is hoped to be responded to, any alike, or the first. */
export type How = 'responsive' | 'even' | 'first';

/** The times one decision may choose from, with what guardrails leave of their product with the variants. */
export interface Plan extends CheckedTimes {
  place: Place;
  /** ms since 1970, the first being the time of the decision. */
  times: readonly number[];
  /** Most times of one variant that are chosen between. */
  most: number;
  /** As `traits.country=DE`, where a value is declared that the person has. */
  segment?: string | undefined;
}

/** The times one variant is chosen a time of, as places in the plan, with the probability of each in millionths. */
export interface TimeRow {
  steps: readonly number[];
  chances: readonly number[];
  /** How responsive the person is believed to be at the time in a place of this row. */
  factorAt: (place: number) => number;
  /** What is learned from about the person's own hours. */
  ownAt: (place: number) => PlannedHour['own'];
}

export interface RowAsk {
  plan: Plan;
  given: GuardContext;
  variant: Variant;
  how: How;
}

/** What a programme knows of times. */
export interface Times {
  row(asked: RowAsk): TimeRow;
  /** How responsive the person is believed to be at the best time of each variant; absent where that tells no options apart. */
  factors(plan: Plan, given: GuardContext): ReadonlyMap<string, number> | undefined;
}

function segmentOf({ segment }: Timing, { traits }: Person): string | undefined {
  if (!segment) return undefined;
  const name = traitIn(segment.trait);
  const value = Object.hasOwn(traits, name) ? String(traits[name]?.value) : undefined;
  return value !== undefined && segment.values.includes(value) ? `${segment.trait}=${value}` : undefined;
}

/** The plan of a decision of a programme that declares `timing`; where nothing can be planned ahead, of now alone. */
export function planOf(given: GuardContext, timing: Timing, atOnce: boolean): Plan {
  const { programme, person, now } = given;
  const place = placeOf(clockOf(programme), given)!;
  const times = atOnce || given.blind ? [now] : timesAhead(timing, place.zone, now);
  const checked = checkTimes(given, times);
  const most = Math.floor((timing.mostOptions ?? MOST_OPTIONS) / Math.max(1, checked.allowed.length));
  return { ...checked, place, times, most: Math.max(1, most), segment: segmentOf(timing, person) };
}

/** What a plan leaves on record whatever is chosen. */
export function recordOf({ place, times, pruned, open, most }: Plan): TimingRecord {
  let cut = 0;
  for (const steps of open.values()) cut += Math.max(0, steps.length - most);
  return { zone: place.name, candidates: times.length * open.size, pruned, cut };
}

/** When a variant is sent, with the probability of that given the variant. */
export interface When {
  at: number;
  propensity: number;
  record: TimingRecord;
}

/** Draws the time of a variant. */
export function whenOf(asked: RowAsk, times: Times, rng: Rng): When {
  const { plan, variant } = asked;
  const row = times.row(asked);
  const drawn = drawPart(row.chances, rng);
  const at = plan.times[row.steps[drawn]!]!;
  const local = at + plan.place.zone.offsetAt(at);
  const planned: PlannedHour = {
    week: weekOf(local),
    hour: hourOfWeek(local),
    channel: variant.channel,
    segment: plan.segment,
    own: row.ownAt(drawn),
  };
  const { steps, chances } = row;
  const drawnRow = { steps: [...steps], chances: [...chances], factor: row.factorAt(drawn), planned };
  return { at, propensity: chances[drawn]! / TIME_PARTS, record: { ...recordOf(plan), ...drawnRow } };
}
