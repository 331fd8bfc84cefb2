import type { StoredSignal } from '../contracts/records.ts';

/**
 * Signals that take back what was credited for the order they name. Segment's names, which our own API takes too
 * (https://segment.com/docs/connections/spec/ecommerce/v2, read 2026-11-22).
 */
export const REVERSALS: readonly string[] = ['Order Refunded', 'Order Cancelled'];

/** What an order is worth by, where the goal does not say: connectors see to it that orders have it. */
const REVENUE = 'revenue';

/** Sums of money are rounded: an order of which no more than this is left is taken back. */
const NOTHING = 1e-6;

/** How much of an order one signal takes back, from 0 to 1: all of it, unless both say what they are worth. */
function shareOf(reversal: StoredSignal, order: StoredSignal, values: readonly string[]): number {
  for (const name of values) {
    const [back, whole] = [reversal.values[name], order.values[name]];
    if (back !== undefined && whole !== undefined && whole > 0) return Math.abs(back) / whole;
  }
  return 1;
}

/**
 * What is left of a person's orders after what was taken back, whenever that was. Parts of an order add up; what two platforms tell of the same
 * order is told twice, and the one that tells of more is believed.
 * @param counted names of signals that the goal counts itself: those have a weight of their own and take nothing back
 */
export function ordersLeft(
  signals: readonly StoredSignal[],
  counted: readonly string[],
): (order: StoredSignal, value?: string) => number {
  const reversals = Map.groupBy(
    signals.filter((own) => REVERSALS.includes(own.name) && !counted.includes(own.name)),
    ({ orderId }) => orderId,
  );
  return (order, value = REVENUE) => {
    const own = order.orderId === undefined ? [] : (reversals.get(order.orderId) ?? []);
    const bySource = Map.groupBy(own, ({ source }) => source).values();
    const back = [...bySource].map((told) =>
      told.reduce((sum, reversal) => sum + shareOf(reversal, order, [value, REVENUE]), 0),
    );
    const left = 1 - Math.max(0, ...back);
    return left > NOTHING ? left : 0;
  };
}
