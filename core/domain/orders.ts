import type { StoredSignal } from '../contracts/records.ts';
import { CONTACT_SIGNALS } from './contact-signals.ts';
import { SIGNAL } from './event.ts';
import type { Programme } from './programme.ts';

/* Orders are told of more than once, and taken back: what of a person's signals stands. */

/**
 * Signals that take back the order they name. Segment's names, which our own API takes too
 * (https://segment.com/docs/connections/spec/ecommerce/v2, read 2026-11-22).
 */
const REVERSALS: readonly string[] = ['Order Refunded', 'Order Cancelled'];

/** What names an order and is one, whatever it says (same source); a reversal that takes nothing back is one of its own. */
const ORDERS: readonly string[] = ['Order Completed', 'Order Updated', ...REVERSALS];

/** What an order is worth by, where the goal does not say: connectors see to it that orders have it. */
const REVENUE = 'revenue';

/** Sums of money are rounded: an order of which no more than this is left is taken back. */
const NOTHING = 1e-6;

/** Signals that are about messages, and never an order. */
const OF_MESSAGES: ReadonlySet<string> = new Set([...CONTACT_SIGNALS.keys(), ...Object.values(SIGNAL)]);

/** The signals by which it is known whether one of this name was taken back. */
export const reversalsOf = (name: string | undefined): readonly string[] =>
  name === undefined || OF_MESSAGES.has(name) ? [] : REVERSALS;

const keyOf = ({ name, orderId }: StoredSignal): string => JSON.stringify([name, orderId]);

/**
 * How much of an order one signal takes back, from 0 to 1: all of it, unless both say what they are worth. Platforms that tell of the
 * same order may count shipping or not: the least that it was worth is believed.
 */
function shareOf(
  reversal: StoredSignal,
  reports: readonly StoredSignal[],
  values: readonly string[],
): number {
  for (const name of values) {
    const back = reversal.values[name];
    const wholes = reports.flatMap((order) => order.values[name] ?? []).filter((whole) => whole > 0);
    if (back !== undefined && wholes.length > 0) return Math.abs(back) / Math.min(...wholes);
  }
  return 1;
}

/**
 * What is left of each of a person's signals, from 0 to 1, after orders were taken back, whenever that was: of an order, which carries
 * revenue, or is counted for by the goal; what else names one, as a complaint does, stays. Parts of an order add up; what two platforms
 * tell of the same order is told twice, and the one that tells of more is believed.
 * @param weighed names of signals that have a weight of their own, and take nothing back
 */
export function ordersLeft(
  signals: readonly StoredSignal[],
  { goal }: Pick<Programme, 'goal'>,
  weighed: readonly string[] = [],
): (signal: StoredSignal, value?: string) => number {
  const taking = REVERSALS.filter((name) => !weighed.includes(name));
  const reversals = Map.groupBy(
    signals.filter(({ name, orderId }) => orderId !== undefined && taking.includes(name)),
    ({ orderId }) => orderId,
  );
  if (reversals.size === 0) return () => 1;
  const orders = new Set([...ORDERS, ...goal.signals.flatMap((own) => (own.weight > 0 ? own.signal : []))]);
  const isOrder = ({ name, values }: StoredSignal): boolean =>
    !taking.includes(name) && (orders.has(name) || values[REVENUE] !== undefined);
  const reports = Map.groupBy(
    signals.filter((own) => reversals.has(own.orderId) && own.machine !== true && isOrder(own)),
    keyOf,
  );
  return (signal, value = REVENUE) => {
    const own = reports.get(keyOf(signal));
    if (!own) return 1;
    const bySource = Map.groupBy(reversals.get(signal.orderId)!, ({ source }) => source).values();
    const back = [...bySource].map((told) =>
      told.reduce((sum, reversal) => sum + shareOf(reversal, own, [value, REVENUE]), 0),
    );
    const left = 1 - Math.max(...back);
    return left > NOTHING ? left : 0;
  };
}

/**
 * The signals of a person that stand for a programme: those that no machine made, and no order of which nothing is left. A function of
 * the set, not of the order they arrived in. An order that is reported twice is in it twice.
 */
export function whatStands(
  signals: readonly StoredSignal[],
  programme: Pick<Programme, 'goal'>,
): StoredSignal[] {
  const left = ordersLeft(signals, programme);
  return signals.filter((own) => own.machine !== true && left(own) > 0);
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** In the order of time, and of all that report one order by the same name the earliest. */
export function firstReports(signals: readonly StoredSignal[]): StoredSignal[] {
  const ordered = signals.toSorted(
    (a, b) => a.at - b.at || compare(`${a.source} ${a.id}`, `${b.source} ${b.id}`),
  );
  const orders = new Set<string>();
  return ordered.filter((own) => {
    if (own.orderId === undefined) return true;
    const key = keyOf(own);
    return !orders.has(key) && orders.add(key);
  });
}
