import { WEEKDAYS } from '../domain/programme.ts';
import { weekdayOf } from './open-hours.ts';
import type { Zone } from './zone.ts';

/** `1 contact`, `2 contacts` */
export const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

/** `monday 2026-11-23 22:10`: what clocks show at a moment, UTC unless they are a zone's. */
export function clockWords(at: number, zone?: Zone): string {
  const local = at + (zone?.offsetAt(at) ?? 0);
  const shown = new Date(local).toISOString();
  return `${WEEKDAYS[weekdayOf(local)]} ${shown.slice(0, 10)} ${shown.slice(11, 16)}`;
}
