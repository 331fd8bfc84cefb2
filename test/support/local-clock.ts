/** The clock of a zone read through another door of `Intl`: the name of the offset, `GMT-03:30`. */
export function localClock(
  timeZone: string,
): (at: number) => { day: string; weekday: number; minute: number } {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone, timeZoneName: 'longOffset', hour: 'numeric' });
  return (at) => {
    const match = /GMT(?:([+-])(\d\d):(\d\d))?/.exec(format.format(at))!;
    const size = Number(match[2] ?? 0) * 60 + Number(match[3] ?? 0);
    const local = new Date(at + (match[1] === '-' ? -size : size) * 60_000);
    const minute = local.getUTCHours() * 60 + local.getUTCMinutes();
    return { day: local.toISOString().slice(0, 10), weekday: local.getUTCDay(), minute };
  };
}

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;

/** UTC days (ms since 1970) of a span on which the clocks of a zone are changed. None has two changes in a week. */
export function daysOfChange(timeZone: string, from: number, to: number): number[] {
  const clock = localClock(timeZone);
  const days: number[] = [];
  for (let week = from; week < to; week += WEEK_MS) {
    const { minute } = clock(week);
    if (clock(week + WEEK_MS).minute === minute) continue;
    let day = week;
    while (clock(day + DAY_MS).minute === minute) day += DAY_MS;
    days.push(day);
  }
  return days;
}
