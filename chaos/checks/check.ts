import type { LedgerRow } from '../../core/contracts/ledger-row.ts';
import type { PoolCount } from '../../core/contracts/resources.ts';
import type { ProgrammeInput } from '../../runtime/programmes/schema.ts';
import type { Disturbance } from '../disturbance.ts';
import type { History } from '../history.ts';
import type { Recorder } from '../recorder.ts';
import type { Testimony } from '../witness.ts';

/** One thing that must hold, and what is wrong with it; nothing, when it does. */
export interface Check {
  name: string;
  /** How many were looked at: a check of nothing proves nothing. */
  of: number;
  wrong: string[];
}

export interface Evidence {
  history: History;
  rows: readonly LedgerRow[];
  recorder: Pick<Recorder, 'received' | 'arrivals'>;
  disturbances: readonly Disturbance[];
  programmes: readonly ProgrammeInput[];
  /** What the copies say of the pools of codes at the end. */
  pools: readonly PoolCount[];
  /** What the database saw, where there is one. */
  testimony?: Testimony | undefined;
  /** Whether the copies know of each other's requests to the destination. */
  limitShared: boolean;
}
