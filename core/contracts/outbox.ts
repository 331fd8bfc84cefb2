import type { Outcome } from '../domain/outcome.ts';

/** One outcome on its way to one destination. */
export interface OutboxItem {
  outcome: Outcome;
  /** Id of the destination, which is the name of its folder. */
  destination: string;
  /** Attempts that failed so far; being told to wait is no attempt. */
  attempts: number;
  /** ms since 1970 */
  createdAt: number;
}

/** What became of one claimed item; `id` is the id of its outcome, times are ms since 1970. */
export type OutboxResult =
  | { id: string; state: 'delivered'; at: number }
  | { id: string; state: 'pending'; at: number; attempts: number; nextAttemptAt: number; fault: string }
  | { id: string; state: 'dead'; at: number; fault: string };

/** The durable queue of outcomes. A claimed item belongs to its claimer until its lease ends or it is settled. */
export interface OutboxPort {
  /** Leases up to `limit` due items of the destination until `leaseUntil`; oldest first. */
  claim(destination: string, now: number, leaseUntil: number, limit: number): Promise<OutboxItem[]>;
  /** Writes what became of claimed items, durably. */
  settle(destination: string, results: readonly OutboxResult[]): Promise<void>;
}
