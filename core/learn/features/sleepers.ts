import type { OptionKey } from '../../domain/decision.ts';
import type { Programme, Variant } from '../../domain/programme.ts';

/* Variants that only some people may have. What such a variant earned is what those people earn: loyal customers would make any offer look
   good, and so would those who let themselves be texted. Whether somebody may have it is a feature, so that options are compared among people who may have the same ones (after Yancey,
   Settles, "A Sleeping, Recovering Bandit Algorithm for Optimizing Recurring Notifications", KDD 2020). */

/** Most rules that are told apart. */
const MOST = 16;

const NO_RULE = JSON.stringify([undefined, undefined, []]);

type Ruled = Pick<Programme, 'variants' | 'guardrails'>;

/**
 * Variants with one rule, or consent that is asked for, that is for some variants only, for each such rule; none where all variants are for
 * the same people: of who may have none of them nothing is learned.
 */
export function sleepingTogether({ variants, guardrails }: Ruled): readonly (readonly Variant[])[] {
  const { eligibleByChannel = {}, consent = {} } = guardrails;
  const byRule = Map.groupBy(variants, ({ channel, eligible }) => {
    const purposes = [consent[channel] ?? []].flat();
    return JSON.stringify([eligible, eligibleByChannel[channel], purposes.toSorted()]);
  });
  if (byRule.size === 1) return [];
  const ruled = [...byRule].filter(([rule]) => rule !== NO_RULE);
  return ruled.slice(0, MOST).map(([, own]) => own);
}

/** The first variant of each of these. */
export const sleepersOf = (ruled: Ruled): readonly Variant[] =>
  sleepingTogether(ruled).map(([first]) => first!);

/** What a context calls whether the person may have a variant. */
export const mayKey = (variant: OptionKey): string => `may have ${variant}`;

/** 1 for who may, 0 for who may not, half of it where nobody wrote it down. */
export const mayHave = (value: string | number | boolean | undefined): number =>
  typeof value === 'boolean' ? Number(value) : 0.5;
