import { NEVER } from '../domain/resource.ts';
import { DAY_MS, dayOf, nextOpen, openHours } from './open-hours.ts';
import { zoneOf } from './zone.ts';

/** When the calendar day of `at` ends on the clocks of a zone, both ms since 1970. The days on which clocks change are as long as they are. */
export const endOfDay =
  (name: string | undefined) =>
  (at: number): number => {
    const zone = zoneOf(name);
    // a zone that cannot be read never ends the day: nothing is given back too early
    if (!zone) return NEVER;
    const today = { ...openHours({ fallbackZone: '' }), closed: new Set([dayOf(at + zone.offsetAt(at))]) };
    return nextOpen(today, zone, at) ?? at + DAY_MS;
  };
