import type { OptionKey } from '../domain/decision.ts';
import type { Programme } from '../domain/programme.ts';
import type { LinearTotal } from './blocks.ts';
import type { OrderSize, OrderSums } from './models/value.ts';
import { orderSizes } from './models/value.ts';
import { hadKey, LOG_RANGE, logKey, pairKey, valuedSignals } from './worths.ts';

type Totals = Readonly<Record<OptionKey, LinearTotal>>;

/** How many trials of an option had a signal, and sums over the logarithms of what it was worth. */
export function orderSums({ responses, squares }: LinearTotal, signal: string): OrderSums {
  const orders = responses[hadKey(signal)]?.[0] ?? 0;
  const [log, logs2] = [
    responses[logKey(signal)]?.[0] ?? 0,
    squares[pairKey(logKey(signal), logKey(signal))] ?? 0,
  ];
  // from 1 + log / range back to log
  const logs = LOG_RANGE * (log - orders);
  return { orders, logs, squares: LOG_RANGE ** 2 * (logs2 - 2 * log + orders) };
}

/**
 * The sums with what a value was worth replaced by how often there was one times what one is worth, which is learned from
 * logarithms (`models/value.ts`): one order of a thousand times the rest does not decide between options. Sums from before
 * logarithms were kept stay as they are.
 */
export function robustTotals(programme: Programme, totals: Totals): Totals {
  const valued = valuedSignals(programme);
  if (valued.length === 0) return totals;
  const entries = Object.entries(totals);
  const known = entries.every(([, { responses }]) =>
    valued.every((signal) => !responses[signal] || responses[hadKey(signal)]),
  );
  if (!known) return totals;
  const sizes = valued.map((signal) => orderSizes(entries.map(([, total]) => orderSums(total, signal))));
  const options: Record<OptionKey, LinearTotal> = {};
  for (const [i, [option, total]] of entries.entries()) {
    const own = new Map(valued.map((signal, j) => [signal, sizes[j]![i]!]));
    options[option] = valuedAs(total, own, programme);
  }
  return options;
}

function valuedAs(
  { information, responses, squares }: LinearTotal,
  sizes: ReadonlyMap<string, OrderSize>,
  { goal }: Programme,
): LinearTotal {
  const [told, pairs] = [{ ...responses }, { ...squares }];
  for (const [signal, { mean, square }] of sizes) {
    const had = hadKey(signal);
    if (!responses[had]) continue;
    told[signal] = responses[had].map((sum) => mean * sum);
    for (const { signal: other } of goal.signals) {
      const its = sizes.get(other);
      const both = squares[pairKey(had, its ? hadKey(other) : other)] ?? 0;
      pairs[pairKey(signal, other)] = both * (other === signal ? square : mean * (its?.mean ?? 1));
    }
  }
  return { information, responses: told, squares: pairs };
}
