import { NEVER } from '../domain/resource.ts';
import { DAY_MS, dayOf, nextOpen, openHours } from './open-hours.ts';
import { zoneOf } from './zone.ts';

/** The last day that was asked for: every option of a decision asks for the same. */
let last = { name: '', at: NaN, day: '' };

/** The calendar day of a moment (ms since 1970) on the clocks of a zone, `2026-11-23`. */
export function dayIn(name: string, at: number): string {
  if (last.name !== name || last.at !== at) last = { name, at, day: dayOn(name, at) };
  return last.day;
}

function dayOn(name: string, at: number): string {
  // a zone that cannot be read is all one day: nothing begins anew too early
  const zone = zoneOf(name);
  return zone ? new Date(at + zone.offsetAt(at)).toISOString().slice(0, 10) : 'ever';
}

/** When that day ends, ms since 1970; a day on which clocks change is as long as it is. */
export function endOfDay(name: string, at: number): number {
  const zone = zoneOf(name);
  if (!zone) return NEVER;
  const today = { ...openHours({ fallbackZone: '' }), closed: new Set([dayOf(at + zone.offsetAt(at))]) };
  return nextOpen(today, zone, at) ?? at + DAY_MS;
}
