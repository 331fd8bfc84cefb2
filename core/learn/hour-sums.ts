import type { PlannedHour } from '../domain/timing.ts';

/**
 * What came of the messages of one hour: how many there were, how many the person responded to, and three sums that tell how
 * far a person's own hours are to be trusted: over those that were responded to, of how many earlier responses there were more
 * than expected; over all, of the same times the response that was expected, and of the product of both expectations.
 */
export type HourCell = [
  sent: number,
  responded: number,
  foundMore: number,
  expectedMore: number,
  square: number,
];

/** Cells by hour of the week; those of a week apart until it is the last but two. */
type Weeks = Record<string, Record<string, HourCell>>;

/** What is learned of hours, by channel and segment: sums only. */
export interface HourSums {
  /** Of what is a response; absent in what a former version wrote. */
  schema?: string | undefined;
  /** The newest week any message was planned for. */
  newest: number;
  cells: Record<string, Record<string, Weeks>>;
}

/** Where weeks are added up that are no longer kept apart. */
export const SETTLED = 'settled';

/** Weeks kept apart: of the newest ones not everything that was planned has been sent yet. */
const WEEKS = 2;

export const emptyHours = (schema = ''): HourSums => ({ schema, newest: 0, cells: {} });

const placeOf = ({ newest }: HourSums, week: number): string =>
  week > newest - WEEKS ? String(week) : SETTLED;

function add(weeks: Weeks, week: string, hour: string, by: HourCell): void {
  const own = (weeks[week] ??= {});
  const cell = (own[hour] ??= [0, 0, 0, 0, 0]);
  for (const [i, x] of by.entries()) cell[i]! += x;
  if (cell.every((x) => x === 0)) delete own[hour];
  if (Object.keys(own).length === 0) delete weeks[week];
}

/** Adds up the weeks that are old by now. */
function advance(sums: HourSums, week: number): void {
  if (week <= sums.newest) return;
  sums.newest = week;
  for (const weeks of Object.values(sums.cells).flatMap((segments) => Object.values(segments))) {
    for (const [name, hours] of Object.entries(weeks)) {
      if (name === SETTLED || placeOf(sums, Number(name)) !== SETTLED) continue;
      delete weeks[name];
      for (const [hour, cell] of Object.entries(hours)) add(weeks, SETTLED, hour, cell);
    }
  }
}

function move(sums: HourSums, { week, hour, channel, segment = '' }: PlannedHour, by: HourCell): void {
  advance(sums, week);
  const segments = (sums.cells[channel] ??= {});
  const weeks = (segments[segment] ??= {});
  add(weeks, placeOf(sums, week), String(hour), by);
  if (Object.keys(weeks).length === 0) delete segments[segment];
  if (Object.keys(segments).length === 0) delete sums.cells[channel];
  if (Object.keys(sums.cells).length === 0) sums.newest = 0;
}

/** Adds messages that were planned alike; a negative number takes them back. Changes `sums`. */
export function addPlanned(sums: HourSums, planned: PlannedHour, count: number): void {
  const [expected, more, before] = planned.own ?? [0, 0, 0];
  move(sums, planned, [count, 0, 0, count * expected * more, count * expected * before]);
}

/** One message was responded to (1), or was not after all (-1). Changes `sums`. */
export function addResponse(sums: HourSums, planned: PlannedHour, by: 1 | -1): void {
  const [, more] = planned.own ?? [0, 0, 0];
  move(sums, planned, [0, by, by * more, 0, 0]);
}
