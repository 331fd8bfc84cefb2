import type { OptionKey } from '../domain/decision.ts';
import type { CompensatedSum } from '../maths/compensated-sum.ts';
import { valueOf } from '../maths/compensated-sum.ts';
import type { Block, BlockTotal } from './blocks.ts';
import { placeAt } from './delays.ts';
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
    return [option, { information: [trials], responses, squares, hours: 0, made: [trials], arrivals }];
  });
  const blocks = totals.length === 0 ? [] : [{ from: 0, length: 1, options: Object.fromEntries(totals) }];
  return { schema: 'former', newest: 0, blocks };
}

/** Hours at which bins of delays ended when of the trials of a block only their mean age was kept. */
const FORMER_ENDS = Array.from({ length: 40 }, (_, i) => 0.25 * 2 ** (i / 2));

/** Of a block whose trials were not counted by when they were made. */
type FormerTotal = Omit<BlockTotal, 'made'>;

/** What was written of blocks when only their trials' mean age was kept: read until it is made anew, as made evenly in the block. */
export function countedByTime({ blocks, ...linear }: LinearState): LinearState {
  return { ...linear, blocks: blocks.map(blockByTime) };
}

function blockByTime(block: Block): Block {
  const totals = Object.entries<BlockTotal | FormerTotal>(block.options);
  if (totals.every(([, total]) => 'made' in total)) return block;
  return { ...block, options: Object.fromEntries(totals.map(([option, own]) => [option, totalByTime(own)])) };
}

function totalByTime(total: BlockTotal | FormerTotal): BlockTotal {
  if ('made' in total) return total;
  const arrivals = Object.entries(total.arrivals).map(([signal, counts]) => {
    const moved: number[] = [];
    for (const [place, count] of counts.entries()) {
      const now = place === 0 ? 0 : placeAt(FORMER_ENDS[place - 1]!);
      while (moved.length <= now) moved.push(0);
      moved[now]! += count;
    }
    return [signal, moved] as const;
  });
  return { ...total, made: [total.information[0]!], arrivals: Object.fromEntries(arrivals) };
}
