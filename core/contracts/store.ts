import type { ClosedId } from '../domain/closed.ts';
import type { Decision, DecisionId } from '../domain/decision.ts';
import type { Alias, Person, PersonId } from '../domain/person.ts';
import type { Programme, ProgrammeId } from '../domain/programme.ts';
import type { StoredKey } from './key-store.ts';
import type { ResourceStore } from './resources.ts';
import type { OutboxPort } from './outbox.ts';
import type { LedgerRow } from './ledger-row.ts';
import type {
  Credit,
  FoldWrites,
  History,
  LedgerChunk,
  LedgerEntry,
  ModelSnapshot,
  StoredSignal,
  WorkFacts,
  WorkQuery,
  WorkWrites,
} from './records.ts';
import type { KnownModels, StoredModel } from './stored-model.ts';
import type { ArmTotals, Trial } from './trial.ts';

/** Deciding and ingesting: one transaction for a whole batch. */
export interface WorkStore {
  /** How many `transact` may be under way at once: each sees what those before it wrote. Absent: one. */
  readonly concurrent?: number | undefined;
  /**
   * Reads the facts, runs `work` on them, writes what it returns in one transaction and resolves once that is durable.
   * No other `transact` on the same persons or resources runs in between. Rejects with Fault `unavailable` when nothing was
   * written. `work` may run again on newer facts when another process was quicker; what it returned last is what is written.
   */
  transact(query: WorkQuery, work: (facts: WorkFacts) => WorkWrites): Promise<void>;
}

/** An id of the closed list, with its place in the order of changes to it. */
export type ClosedRow = ClosedId & { number: number };

/**
 * The closed list: how the ids stand that left a channel or were erased. Copies keep it in memory for when nobody can be looked
 * up.
 */
export interface ClosedStore {
  /** Whether other processes may write to it, too. */
  readonly shared?: boolean | undefined;
  /**
   * The ids that changed after place `after`, in the order of their changes, each as it is now, at most `limit`. What is
   * durable when this is asked is there: whoever goes on after the last place they got never misses one.
   */
  closed(after: number, limit: number): Promise<ClosedRow[]>;
}

/** Learning: a fold over the ledger, exactly once by the position that is written with it. */
export interface LearnStore {
  position(): Promise<number>;
  /** The rows after `after`, at most `limit` of them; decisions of the programmes `contextual` with their context, hour and pieces. */
  readLedger(after: number, limit: number, contextual?: readonly ProgrammeId[]): Promise<LedgerChunk>;
  /**
   * History of each person, once for all ids that became one; of signals only those named, when names are given; decisions of
   * the programmes `contextual` with their context, hour and pieces.
   */
  histories(
    persons: readonly PersonId[],
    signals?: readonly string[],
    contextual?: readonly ProgrammeId[],
  ): Promise<History[]>;
  /** Those of some persons whose history has credits: only they have anything to lose by what says that a scanner clicked. */
  credited(persons: readonly PersonId[]): Promise<PersonId[]>;
  /** The decisions of a programme that teach, of the rows of the ledger after `after` up to `upTo`, in any order. */
  trials(programme: ProgrammeId, after: number, upTo: number): Promise<Trial[]>;
  /** What the arms of a programme are made of: first decisions of the rows of the ledger up to `upTo`, and all rewards. */
  arms(programme: ProgrammeId, upTo: number): Promise<ArmTotals[]>;
  /** Who became one, by the rows of the ledger up to `upTo`; without who was erased since. */
  merges(upTo: number): Promise<LedgerEntry[]>;
  /** Places in the ledger of the decisions of some persons. */
  places(persons: readonly PersonId[]): Promise<ReadonlyMap<DecisionId, number>>;
  /** Null when the position has moved or the epoch is over; otherwise the snapshots with their versions. */
  commitFold(writes: FoldWrites): Promise<ModelSnapshot[] | null>;
  /** The model of every programme that has learned; without those that stand there as they are known already. */
  models(known?: KnownModels): Promise<StoredModel[]>;
  /**
   * Takes or keeps the lease `name` for `ttlMs` from now, by the store's clock. The epoch it is held under, which is another
   * number for every new holder; null while somebody else holds it. `FOLD_LEASE` is what `commitFold` goes by.
   */
  lease(name: string, holder: string, ttlMs: number): Promise<number | null>;
}

/** The lease under which the ledger is folded. */
export const FOLD_LEASE = 'fold';

/** What copies tell each other. */
export interface Changes {
  /** Whether a programme or a model has changed since this was last told. */
  changed: boolean;
  /** Place of the last change of the closed list; null while it is still to be found out what changed. */
  closed: number | null;
}

/** Telling copies of one installation of each other's changes. */
export interface WatchStore {
  /**
   * Calls `listener` every second or sooner for as long as the store can be asked, with what changed, whoever changed it. A
   * store that one process owns never calls it: whoever made the change knows. Resolves with what ends it.
   */
  watch(listener: (changes: Changes) => void): Promise<() => Promise<void>>;
}

export interface ProgrammeStore {
  /** Newest version of every programme. */
  programmes(): Promise<Programme[]>;
  /** One saved version of a programme, or null. */
  programmeVersion(id: ProgrammeId, version: number): Promise<Programme | null>;
  /** Saves `programme` as version `expected + 1`; false when the newest version is not `expected` (0: none). */
  saveProgramme(programme: Programme, expected: number, at: number): Promise<boolean>;
}

/** A decision with what came of it so far. */
export interface CreditedDecision {
  decision: Decision;
  credits: Pick<Credit, 'signal' | 'worth'>[];
}

/** Reading what is there, for people. */
export interface ReadStore {
  decision(
    id: DecisionId,
  ): Promise<{ decision: Decision; seq: number; credits: Credit[]; signals: StoredSignal[] } | null>;
  /**
   * Decisions of a programme with their credits, newest first: at most `limit` of those whose place in the ledger is before
   * `before`. One call looks at a bounded stretch of the ledger, so that it holds nobody up; `next` is the `before` to go on
   * with, absent when there is nothing left.
   */
  decisionsOf(
    programme: ProgrammeId,
    before: number,
    limit: number,
  ): Promise<{ decisions: CreditedDecision[]; next?: number | undefined }>;
  /** The profiles of some persons, each once for all ids that became one; of those who are not there none. */
  profiles(persons: readonly PersonId[]): Promise<Person[]>;
  /** Everything kept about a person, or null. */
  person(
    alias: Alias,
  ): Promise<{ person: Person; decisions: Decision[]; signals: StoredSignal[]; credits: Credit[] } | null>;
  ledger(from: number, limit: number): Promise<LedgerRow[]>;
  /** Counts by name, for reports: decisions, signals, persons, ledger, outbox states per destination. */
  counts(): Promise<Record<string, number>>;
}

/** Outcomes of a destination in one state. */
export interface OutboxCount {
  destination: string;
  state: string;
  count: number;
  /** When the oldest of them was made, ms since 1970. */
  oldestAt: number;
}

export interface OutboxAdmin {
  /** What is not delivered, by destination and state: pending or dead. */
  outboxCounts(): Promise<OutboxCount[]>;
  /** Makes what a process that died had claimed due at once. Where many share the store, claims end with their leases only. */
  recoverClaims(): Promise<void>;
  /** Makes dead outcomes pending again; returns how many. */
  redrive(destination: string, now: number): Promise<number>;
}

export interface KeyStore {
  keys(): Promise<StoredKey[]>;
  saveKey(key: StoredKey): Promise<void>;
}

/** Settings of the installation itself: the seed, the owner of the data folder. */
export interface MetaStore {
  /** The value under `name`; `initial` is stored and returned when there is none. */
  meta(name: string, initial: string): Promise<string>;
}

/** The whole port. */
export interface Store
  extends
    WorkStore,
    LearnStore,
    WatchStore,
    ClosedStore,
    ProgrammeStore,
    ReadStore,
    OutboxPort,
    OutboxAdmin,
    KeyStore,
    MetaStore,
    ResourceStore {
  /**
   * Makes this process the one that writes; a process that did before is refused from now on. Nothing where many may write
   * together.
   */
  own(token: string): Promise<void>;
  /** Answers when the store can be used. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** What is asked of a store beside deciding, ingesting and learning: by people, by deliveries, at the start. */
export type DeskStore = Omit<
  Store,
  keyof WorkStore | keyof LearnStore | keyof WatchStore | keyof ClosedStore | 'own' | 'close'
>;
