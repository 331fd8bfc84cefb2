import type { QuietHours } from '../../../core/domain/programme.ts';
import { WEEKDAYS } from '../../../core/domain/programme.ts';
import { localClock } from '../local-clock.ts';
import { DAY, MINUTE } from '../programmes.ts';

const QUARTER = 15 * MINUTE;

type Shown = ReturnType<ReturnType<typeof localClock>>;

const clocks = new Map<string, (quarter: number) => Shown>();

/** A clock that remembers what it showed: the hands of all there are are set at full quarters of an hour, if at all. */
function remembering(zone: string): (quarter: number) => Shown {
  const [clock, known] = [localClock(zone), new Map<number, Shown>()];
  return (quarter) => {
    let shown = known.get(quarter);
    if (!shown) known.set(quarter, (shown = clock(quarter)));
    return shown;
  };
}

/** What the clocks of a zone show. */
export function shownIn(zone: string, at: number): Shown {
  let clock = clocks.get(zone);
  if (!clock) clocks.set(zone, (clock = remembering(zone)));
  const from = at - (at % QUARTER);
  const shown = clock(from);
  return { ...shown, minute: shown.minute + Math.floor((at - from) / MINUTE) };
}

const minutes = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));

/** Whether clocks there show a time at which nothing is sent. */
export function quietAt(rule: QuietHours, zone: string, at: number): boolean {
  const { day, weekday, minute } = shownIn(zone, at);
  if (rule.blackoutDates?.includes(day)) return true;
  if (rule.allowedDays && !rule.allowedDays.includes(WEEKDAYS[weekday]!)) return true;
  const [from, to] = [minutes(rule.from!), minutes(rule.to!)];
  return from < to ? minute >= from && minute < to : minute >= from || minute < to;
}

/** The first moment that is not quiet, looked for minute by minute. */
export function quietUntil(rule: QuietHours, zone: string, at: number): number {
  for (let moment = at; ; moment = moment - (moment % MINUTE) + MINUTE)
    if (!quietAt(rule, zone, moment)) return moment;
}

/** Whether clocks there are changed within a day of a moment. */
export const changesNear = (zone: string, at: number): boolean =>
  shownIn(zone, at - DAY).minute !== shownIn(zone, at + DAY).minute;

/** The calendar day there. */
export const dayThere = (zone: string, at: number): string => shownIn(zone, at).day;
