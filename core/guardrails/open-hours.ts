import type { QuietHours } from '../domain/programme.ts';
import { WEEKDAYS } from '../domain/programme.ts';
import type { Zone } from './zone.ts';

const MINUTE_MS = 60_000;
export const DAY_MS = 24 * 60 * MINUTE_MS;

/** Why a local time is closed, and the local time at which that reason ends, in ms. */
export interface Closure {
  because: 'hours' | 'day' | 'date';
  until: number;
}

interface Hours {
  /** ms since local midnight */
  from: number;
  to: number;
}

/** Quiet hours as numbers: local times are ms since 1970 on the clocks of the place. */
export interface OpenHours {
  hours: Hours | undefined;
  /** By weekday, Sunday first. */
  days: readonly boolean[];
  /** Days since 1970. */
  closed: ReadonlySet<number>;
}

const sinceMidnight = (text: string): number => {
  const [hours, minutes] = text.split(':');
  return (Number(hours) * 60 + Number(minutes)) * MINUTE_MS;
};

export function openHours({ from, to, allowedDays, blackoutDates = [] }: QuietHours): OpenHours {
  const both = from !== undefined && to !== undefined;
  return {
    hours: both ? { from: sinceMidnight(from), to: sinceMidnight(to) } : undefined,
    days: WEEKDAYS.map((day) => allowedDays?.includes(day) ?? true),
    closed: new Set(blackoutDates.map((date) => Math.floor(Date.parse(date) / DAY_MS))),
  };
}

export const dayOf = (local: number): number => Math.floor(local / DAY_MS);
/** 0 is Sunday; 1970 began on a Thursday. */
export const weekdayOf = (local: number): number => (((dayOf(local) + 4) % 7) + 7) % 7;

/** Why nothing may be sent at a local time, or undefined. */
export function closureAt({ hours, days, closed }: OpenHours, local: number): Closure | undefined {
  const day = dayOf(local);
  const midnight = (day + 1) * DAY_MS;
  if (closed.has(day)) return { because: 'date', until: midnight };
  if (!days[weekdayOf(local)]) return { because: 'day', until: midnight };
  if (!hours) return undefined;
  const { from, to } = hours;
  const time = local - day * DAY_MS;
  const overnight = from > to;
  const quiet = overnight ? time >= from || time < to : time >= from && time < to;
  if (!quiet) return undefined;
  const tomorrow = overnight && time >= from;
  return { because: 'hours', until: (tomorrow ? midnight : day * DAY_MS) + to };
}

/** First moment after `from` at which the zone's offset is no longer that of `from`; it is another one at `to`. */
function changeBetween(zone: Zone, from: number, to: number): number {
  const before = zone.offsetAt(from);
  let [low, high] = [from, to];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (zone.offsetAt(middle) === before) low = middle;
    else high = middle;
  }
  return high;
}

/** More steps than a year of closed days has. */
const MOST_STEPS = 800;

/** First moment at or after `at` (ms since 1970) that is open, or undefined when there is none within a year. */
export function nextOpen(open: OpenHours, zone: Zone, at: number): number | undefined {
  let moment = at;
  for (let step = 0; step < MOST_STEPS; step++) {
    const offset = zone.offsetAt(moment);
    const closure = closureAt(open, moment + offset);
    if (!closure) return moment;
    const end = closure.until - offset;
    // clocks that are changed in between show that time at another moment, or never, or twice
    moment = zone.offsetAt(end) === offset ? end : changeBetween(zone, moment, end);
  }
  return undefined;
}
