import type { StoredSignal } from '../contracts/records.ts';

/**
 * When a person did what: gathered once and then asked as often as wanted, since rules may ask for each element of a list. One
 * order that is reported twice counts once, by its last report: of a window it is known what lies inside, and not whether an earlier
 * report lies before it.
 */
export class Past {
  readonly #signals: readonly StoredSignal[];
  #named: Map<string, StoredSignal[]> | undefined;
  readonly #times = new Map<string, readonly number[]>();

  constructor(signals: readonly StoredSignal[] = []) {
    this.#signals = signals;
  }

  /** Signals there are to go through, of whichever name. */
  get size(): number {
    return this.#signals.length;
  }

  /** When a signal happened after `since`, newest first. */
  after(name: string, since: number): number[] {
    return this.#timesOf(name).slice(0, this.count(name, since));
  }

  /** How often a signal happened after `since`. */
  count(name: string, since: number): number {
    const times = this.#timesOf(name);
    let [low, high] = [0, times.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (times[middle]! > since) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #timesOf(name: string): readonly number[] {
    let times = this.#times.get(name);
    if (!times) {
      this.#named ??= Map.groupBy(this.#signals, (signal) => signal.name);
      this.#times.set(name, (times = newestFirst(this.#named.get(name) ?? [])));
    }
    return times;
  }
}

function newestFirst(signals: readonly StoredSignal[]): number[] {
  const orders = new Map<string, number>();
  const times: number[] = [];
  for (const { at, orderId } of signals) {
    if (orderId === undefined) times.push(at);
    else orders.set(orderId, Math.max(at, orders.get(orderId) ?? -Infinity));
  }
  return [...times, ...orders.values()].sort((a, b) => b - a);
}
