import type { DecisionId } from '../domain/decision.ts';
import type { ResourceKey } from '../domain/resource.ts';

/** A resource that a batch may take of: it is nobody else's until the batch is written. */
export interface ResourceAsk {
  key: ResourceKey;
  /** How many free codes of it to name, where it is a pool. */
  codes: number;
}

/** How much is taken of a resource. */
export interface ResourceFact {
  key: ResourceKey;
  /** Sum of what was reserved and has not ended at `asOf`. */
  taken: number;
  /** ms since 1970 */
  asOf: number;
  /** When the first of what is taken ends, ms since 1970; `NEVER` where all of it stays taken. Absent: nothing is taken. */
  next?: number | undefined;
  /** How much of it ends then; absent where nothing ever does. */
  ending?: number | undefined;
  /** Free codes of a pool, those that were never given out first. */
  codes: string[];
}

/** What a decision has taken of a resource, made or changed: written again it counts as it was written last. */
export interface ReservationWrite {
  resource: ResourceKey;
  id: DecisionId;
  at: number;
  amount: number;
  /** When it ends, or ended, ms since 1970. */
  endsAt: number;
  code?: string | undefined;
}

/** How many codes a pool has, and how many of them can be handed out. */
export interface PoolCount {
  pool: string;
  codes: number;
  free: number;
}

/** Resources, as people fill and watch them. */
export interface ResourceStore {
  /** Adds codes to a pool, each once; resolves with those that were in it before. */
  addCodes(pool: string, codes: readonly string[]): Promise<string[]>;
  /** Every pool that was ever filled, with what is free at `now` (ms since 1970). */
  pools(now: number): Promise<PoolCount[]>;
  /** What is taken of some resources at `now`; nothing of one that nobody knows. */
  taken(keys: readonly ResourceKey[], now: number): Promise<{ key: ResourceKey; taken: number }[]>;
}
