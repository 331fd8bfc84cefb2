import { HOUR_MS } from '../domain/programme.ts';
import type { Timing } from '../domain/timing.ts';
import type { Zone } from '../guardrails/zone.ts';

export const WEEK_HOURS = 168;
const WEEK_MS = WEEK_HOURS * HOUR_MS;
/** 1970 began on a Thursday. */
const SUNDAY_MS = 4 * 24 * HOUR_MS;

/** Hour of the week of a local time (ms since 1970 on the clocks of a place): 0 is Sunday 00:00. */
export const hourOfWeek = (local: number): number => {
  const hour = Math.floor((local + SUNDAY_MS) / HOUR_MS) % WEEK_HOURS;
  return hour < 0 ? hour + WEEK_HOURS : hour;
};

/** Weeks since the Sunday before 1970. */
export const weekOf = (local: number): number => Math.floor((local + SUNDAY_MS) / WEEK_MS);

/** Local time at which an hour of a week begins, ms since 1970. */
export const localAt = (week: number, hour: number): number => week * WEEK_MS + hour * HOUR_MS - SUNDAY_MS;

/**
 * Times a message may be planned for: at once, then every step of the person's clock up to the horizon, ms since 1970. Steps
 * are counted from the first one on, so that where clocks are changed in between later ones move along.
 */
export function timesAhead({ horizonHours, stepHours = 1 }: Timing, zone: Zone, now: number): number[] {
  const step = stepHours * HOUR_MS;
  const local = now + zone.offsetAt(now);
  const times = [now];
  const last = now + horizonHours * HOUR_MS;
  for (let at = now + step - (((local % step) + step) % step); at <= last; at += step) times.push(at);
  return times;
}
