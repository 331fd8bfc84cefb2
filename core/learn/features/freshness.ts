import type { DecideRequest, OptionKey } from '../../domain/decision.ts';

/** Half-lives, in days, between which the outcomes choose: from a day to a month, each about twice the one before. */
export const HALF_LIVES = [1, 3, 7, 14, 30] as const;

const DAY_HOURS = 24;

/** What a context calls the hours since the person last had a variant. */
export const sinceKey = (variant: OptionKey): string => `hours since ${variant}`;

/** Share of a contact's effect that is left `hours` later: 1 at once, 0 for what the person never had. */
export const freshness = (hours: number | undefined, halfLifeDays: number): number =>
  hours === undefined ? 0 : 2 ** (-hours / DAY_HOURS / halfLifeDays);

/** How fresh the person's last contact with an option is, by each half-life. */
export function freshnesses(context: DecideRequest['context'], option: OptionKey): number[] {
  const key = sinceKey(option);
  const hours = Object.hasOwn(context, key) ? context[key] : undefined;
  return HALF_LIVES.map((days) => freshness(typeof hours === 'number' ? hours : undefined, days));
}
