import { DAY_MS, HOUR_MS } from '../../core/domain/programme.ts';
import type { Parts } from './rule-parts.ts';

const MINUTE_MS = 60_000;
/** Days that are tried where a rule asks for the day of the week, and for the day of the month. */
const WEEK = 8;
const MONTH = 32;
/** First days of months that are tried where it asks for the month or the year. */
const MONTHS = 12;

/** Numbers that a rule compares the time with, and what comes after each: where an hour or a minute begins to be another. */
const beginnings = ({ literals }: Parts, most: number): number[] => [
  ...new Set(
    [0, ...literals.flatMap((value) => (typeof value === 'number' ? [value, value + 1] : []))].filter(
      (value) => Number.isInteger(value) && value >= 0 && value < most,
    ),
  ),
];

/** Days that are tried, from the one that a time is in. */
function daysAhead({ clock }: Parts): number {
  if (clock.has('getDate') || clock.has('getDayOfMonth')) return MONTH;
  return clock.has('getDayOfWeek') ? WEEK : 2;
}

/** Times from `at` on at which the clock of UTC begins to show what a part of a rule may ask for. */
export function openTimes(parts: Parts, at: number): number[] {
  const { clock } = parts;
  if (clock.size === 0) return [];
  const day = Math.floor(at / DAY_MS);
  const days = Array.from({ length: daysAhead(parts) }, (_, ahead) => (day + ahead) * DAY_MS);
  const now = new Date(at);
  const months = Array.from({ length: MONTHS }, (_, ahead) =>
    Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1 + ahead),
  );
  const begins = [...days, ...(clock.has('getMonth') || clock.has('getFullYear') ? months : [])];
  const hours = clock.has('getHours') ? beginnings(parts, 24) : [0];
  const hour = Math.floor(at / HOUR_MS) * HOUR_MS;
  const whole = [
    hour,
    hour + HOUR_MS,
    ...begins.flatMap((begin) => hours.map((own) => begin + own * HOUR_MS)),
  ];
  const minutes = clock.has('getMinutes') ? beginnings(parts, 60) : [0];
  return whole.flatMap((begin) => minutes.map((own) => begin + own * MINUTE_MS)).filter((time) => time > at);
}
