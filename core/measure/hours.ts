import type { Programme } from '../domain/programme.ts';
import { emptyHours } from '../learn/hour-sums.ts';
import type { ModelState } from '../learn/model.ts';
import { reactionsTo } from '../guardrails/suppression.ts';
import { HourModel } from '../timing/hour-model.ts';
import { eachCell } from '../timing/profile.ts';

/** What is known of one hour of the week on one channel, for people to read. */
export interface HourEstimate {
  channel: string;
  /** By the clocks of the persons: 0 is Sunday 00:00. */
  hour: number;
  sent: number;
  responded: number;
  /** How responsive they are believed to be, as a multiple of the average. */
  factor: number;
}

/** Hours anything was planned for, of a programme that plans ahead. @param at ms since 1970 */
export function hourEstimates(
  programme: Programme,
  { hours = emptyHours() }: ModelState,
  at: number,
): HourEstimate[] {
  const model = new HourModel(hours, reactionsTo(programme));
  const found = new Map<string, HourEstimate>();
  eachCell(hours, at, ([sent, responded], hour, channel) => {
    const { profile } = model.profileAt(at, channel);
    const own = found.get(`${channel} ${hour}`) ?? {
      channel,
      hour,
      sent: 0,
      responded: 0,
      factor: profile.factor[hour]!,
    };
    found.set(`${channel} ${hour}`, { ...own, sent: own.sent + sent, responded: own.responded + responded });
  });
  return [...found.values()].sort(
    (a, b) => (a.channel < b.channel ? -1 : Number(a.channel > b.channel)) || a.hour - b.hour,
  );
}
