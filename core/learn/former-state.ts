import type { OptionKey } from '../domain/decision.ts';
import type { CompensatedSum } from '../maths/compensated-sum.ts';
import { valueOf } from '../maths/compensated-sum.ts';
import type { BlockTotal } from './blocks.ts';
import type { LinearState } from './linear-state.ts';
import { pairKey } from './worths.ts';

/** What was written of options before there were blocks of time. */
export interface FormerState {
  options: Record<
    OptionKey,
    { trials: number; signals: Record<string, { count: number; worth: CompensatedSum }> }
  >;
}

/**
 * What the options earned, as of no time in particular: decisions are made on it until the sums are made anew from the records
 * (`renewal.ts`). The square of a worth is not known; it is at most the worth.
 */
export function linearOf({ options }: FormerState): LinearState {
  const totals = Object.entries(options).map(([option, { trials, signals }]): [OptionKey, BlockTotal] => {
    const worths = Object.entries(signals).map(([signal, { worth }]) => [signal, valueOf(worth)] as const);
    const responses = Object.fromEntries(worths.map(([signal, worth]) => [signal, [worth]]));
    const squares = Object.fromEntries(worths.map(([signal, worth]) => [pairKey(signal, signal), worth]));
    const arrivals = Object.fromEntries(Object.entries(signals).map(([name, { count }]) => [name, [count]]));
    return [option, { information: [trials], responses, squares, hours: 0, arrivals }];
  });
  const blocks = totals.length === 0 ? [] : [{ from: 0, length: 1, options: Object.fromEntries(totals) }];
  return { schema: 'former', newest: 0, blocks };
}
