import type { OutboxItem, OutboxResult } from '../../core/contracts/outbox.ts';
import type { NewOutcome } from '../../core/contracts/records.ts';
import type { OutboxCount } from '../../core/contracts/store.ts';
import type { PersonId } from '../../core/domain/person.ts';

interface Row extends OutboxItem {
  state: 'pending' | 'delivered' | 'dead';
  nextAt: number;
  leased: boolean;
  person: PersonId;
}

/** The outbox in memory. */
export class MemoryOutbox {
  readonly #rows = new Map<string, Row>();
  /** What the clock showed when it was last worked out when a row is due. */
  #shown = -Infinity;

  add({ destination, person, outcome, at }: NewOutcome): void {
    const key = `${destination} ${outcome.id}`;
    if (this.#rows.has(key)) return;
    this.#rows.set(key, {
      outcome,
      destination,
      attempts: 0,
      createdAt: at,
      state: 'pending',
      nextAt: 0,
      leased: false,
      person,
    });
  }

  /** Drops what is still to be sent about some persons. */
  forget(persons: readonly PersonId[]): void {
    for (const [key, row] of this.#rows) {
      if (row.state !== 'delivered' && persons.includes(row.person)) this.#rows.delete(key);
    }
  }

  /** Where the clock was set back, rows wait for as long as they would have, and not until it shows that time again. */
  #follow(now: number): void {
    const ahead = this.#shown - now;
    for (const row of ahead > 0 ? this.#rows.values() : []) if (row.nextAt > now) row.nextAt -= ahead;
    this.#shown = now;
  }

  claim(destination: string, now: number, leaseUntil: number, limit: number): OutboxItem[] {
    this.#follow(now);
    const due = [...this.#rows.values()]
      .filter((row) => row.destination === destination && row.state === 'pending' && row.nextAt <= now)
      .slice(0, limit);
    for (const row of due) Object.assign(row, { nextAt: leaseUntil, leased: true });
    return due.map(({ outcome, attempts, createdAt }) => ({ outcome, destination, attempts, createdAt }));
  }

  settle(destination: string, results: readonly OutboxResult[]): void {
    for (const result of results) {
      const row = this.#rows.get(`${destination} ${result.id}`);
      if (!row || (row.state !== 'pending' && result.state !== 'delivered')) continue;
      row.state = result.state;
      row.leased = false;
      if (result.state !== 'pending') continue;
      row.attempts = result.attempts;
      row.nextAt = result.nextAttemptAt;
      this.#shown = Math.max(this.#shown, result.at);
    }
  }

  recoverClaims(): void {
    for (const row of this.#rows.values()) if (row.leased) Object.assign(row, { nextAt: 0, leased: false });
  }

  counts(): OutboxCount[] {
    const groups = new Map<string, OutboxCount>();
    for (const { destination, state, createdAt } of this.#rows.values()) {
      if (state === 'delivered') continue;
      const key = `${destination} ${state}`;
      const group = groups.get(key) ?? { destination, state, count: 0, oldestAt: createdAt };
      groups.set(key, { ...group, count: group.count + 1, oldestAt: Math.min(group.oldestAt, createdAt) });
    }
    return [...groups.keys()].sort().map((key) => groups.get(key)!);
  }

  redrive(destination: string, now: number): number {
    const dead = [...this.#rows.values()].filter(
      (row) => row.destination === destination && row.state === 'dead',
    );
    for (const row of dead) Object.assign(row, { state: 'pending', attempts: 0, nextAt: 0, createdAt: now });
    return dead.length;
  }
}
