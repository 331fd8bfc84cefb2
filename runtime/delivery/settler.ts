import { setTimeout as delay } from 'node:timers/promises';
import type { Fault, FaultKind } from '../../core/contracts/faults.ts';
import type { OutboxItem, OutboxPort, OutboxResult } from '../../core/contracts/outbox.ts';
import type { Route } from './attempt.ts';
import { messageOf } from './log.ts';
import { HOLD_MS, needsPerson, resultOf, textOf } from './verdict.ts';
import type { Verdict } from './verdict.ts';

/** How long to wait for an outbox that fails, in ms. */
export const PORT_RETRY_MS = 1000;

/** The claimer's hold on a batch. */
export interface Lease {
  /** In the time that passes, ms. */
  until: number;
  /** Whether nobody waits for the result any more: what cannot be settled now is left to the next claimer. */
  isAbandoned(): boolean;
  /** Told which items somebody may claim again from now on, before the outbox is: it may hand them out at once. */
  letGo(ids: readonly string[]): void;
}

/** Counts since the deliverer was made, and what was last seen. Times are ms since 1970. */
export interface Tally {
  delivered: number;
  dead: number;
  lastSuccessAt?: number;
  lastFault?: { kind: FaultKind; message: string; detail: string; at: number };
}

/** Tells the outbox what became of items, and keeps the count of it. */
export class Settler<Settings> {
  readonly tally: Tally = { delivered: 0, dead: 0 };
  /** Until when the account is left alone because somebody has to mend a setting first, in the time that passes. */
  #heldUntil = -Infinity;
  readonly #route: Route<Settings>;
  readonly #outbox: OutboxPort;

  constructor(route: Route<Settings>, outbox: OutboxPort) {
    this.#route = route;
    this.#outbox = outbox;
  }

  /** How long the account is left alone yet, in ms; 0 when it is not. */
  get heldMs(): number {
    return Math.max(0, this.#heldUntil - this.#route.clock.elapsed());
  }

  /** The account is tried again at once. */
  letGo(): void {
    this.#heldUntil = -Infinity;
  }

  /** Settles what was sent; `pausedMs` as the limiter says. */
  async conclude(verdicts: readonly Verdict[], pausedMs: number, lease: Lease): Promise<void> {
    const { clock, rng } = this.#route;
    const now = clock.now();
    this.#report(
      verdicts.flatMap(({ fault }) => fault ?? []),
      now,
    );
    const results = verdicts.map((verdict) => resultOf(verdict, { now, pausedMs, rng }));
    await this.#settle(results, lease);
  }

  /** Gives back what was not sent, due at once. */
  async release(items: readonly OutboxItem[], lease: Lease): Promise<void> {
    const at = this.#route.clock.now();
    const common = { state: 'pending', at, nextAttemptAt: at, fault: 'not sent' } as const;
    const results = items.map(({ outcome: { id }, attempts }) => ({ id, attempts, ...common }));
    await this.#settle(results, lease);
  }

  #report(faults: readonly Fault[], at: number): void {
    const [fault] = faults;
    if (!fault) return;
    const { kind, message, detail } = fault;
    this.tally.lastFault = { kind, message, detail, at };
    if (faults.some(needsPerson)) this.#heldUntil = this.#route.clock.elapsed() + HOLD_MS;
    const fields = { destination: this.#route.destination.id, fault: textOf(fault), items: faults.length };
    this.#route.log(fault.retry ? 'warn' : 'error', 'outcomes were not delivered', fields);
  }

  /** Writes the results, however often it takes. Only a delivery still counts once somebody else may have the item. */
  async #settle(results: readonly OutboxResult[], lease: Lease): Promise<void> {
    const { clock, destination, log } = this.#route;
    for (;;) {
      const mine =
        clock.elapsed() < lease.until ? results : results.filter(({ state }) => state === 'delivered');
      if (mine.length === 0) return;
      lease.letGo(mine.flatMap(({ id, state }) => (state === 'pending' ? id : [])));
      try {
        await this.#outbox.settle(destination.id, mine);
        return this.#count(mine);
      } catch (error) {
        log('error', 'settling outcomes failed', { destination: destination.id, error: messageOf(error) });
      }
      if (lease.isAbandoned()) return;
      await delay(PORT_RETRY_MS);
    }
  }

  #count(results: readonly OutboxResult[]): void {
    for (const result of results) {
      if (result.state === 'pending') continue;
      this.tally[result.state] += 1;
      if (result.state === 'delivered') this.tally.lastSuccessAt = result.at;
    }
  }
}
