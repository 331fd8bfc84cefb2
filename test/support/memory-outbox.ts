import type { OutboxItem, OutboxPort, OutboxResult } from '../../core/contracts/outbox.ts';
import type { Outcome } from '../../core/domain/outcome.ts';

interface Row {
  item: OutboxItem;
  state: OutboxResult['state'];
  nextAttemptAt: number;
  leasedUntil: number;
  fault?: string;
}

/**
 * Outbox in memory that keeps its promises: a leased row is claimed by nobody else before its lease ends, and a row
 * that ended is never claimed again. Ending one twice, or settling one never claimed, is remembered as a breach.
 */
export class MemoryOutbox implements OutboxPort {
  readonly rows = new Map<string, Row>();
  readonly breaches: string[] = [];
  claims = 0;
  /** The next so many calls fail. */
  failClaims = 0;
  failSettles = 0;

  add(destination: string, outcomes: readonly Outcome[], createdAt = Date.now()): void {
    for (const outcome of outcomes) {
      const item = { outcome, destination, attempts: 0, createdAt };
      this.rows.set(outcome.id, { item, state: 'pending', nextAttemptAt: createdAt, leasedUntil: 0 });
    }
  }

  async claim(destination: string, now: number, leaseUntil: number, limit: number): Promise<OutboxItem[]> {
    await Promise.resolve();
    this.claims += 1;
    if (this.failClaims-- > 0) throw new Error('claim fails on purpose');
    const due = [...this.rows.values()].filter(
      ({ item, state, nextAttemptAt, leasedUntil }) =>
        item.destination === destination && state === 'pending' && nextAttemptAt <= now && leasedUntil <= now,
    );
    const taken = due.sort((a, b) => a.item.createdAt - b.item.createdAt).slice(0, limit);
    for (const row of taken) row.leasedUntil = leaseUntil;
    return taken.map(({ item }) => structuredClone(item));
  }

  async settle(_destination: string, results: readonly OutboxResult[]): Promise<void> {
    await Promise.resolve();
    if (this.failSettles-- > 0) throw new Error('settle fails on purpose');
    for (const result of results) this.#apply(result);
  }

  /** Ids of the rows in a state, sorted. */
  in(state: OutboxResult['state']): string[] {
    return [...this.rows.values()]
      .filter((row) => row.state === state)
      .map((row) => row.item.outcome.id)
      .sort();
  }

  #apply(result: OutboxResult): void {
    const row = this.rows.get(result.id);
    if (!row || row.leasedUntil === 0) {
      this.breaches.push(`${result.id} was settled without a lease`);
      return;
    }
    if (row.state !== 'pending') this.breaches.push(`${result.id} was settled after it ended`);
    row.state = result.state;
    row.leasedUntil = 0;
    if (result.state !== 'delivered') row.fault = result.fault;
    if (result.state !== 'pending') return;
    row.nextAttemptAt = result.nextAttemptAt;
    row.item.attempts = result.attempts;
  }
}
