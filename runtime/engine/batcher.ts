import { Fault } from '../../core/contracts/faults.ts';
import type { EventKey, PersonAsk, WorkQuery, WorkWrites } from '../../core/contracts/records.ts';
import type { ResourceAsk } from '../../core/contracts/resources.ts';
import type { Store } from '../../core/contracts/store.ts';
import { joinAsks } from '../../core/decide/resource-asks.ts';
import type { Lookback } from '../../core/guardrails/lookback.ts';
import { signalsAsked } from '../../core/guardrails/lookback.ts';
import { CLOCK_SKEW_MS } from '../../core/learn/attribute.ts';
import type { DecisionId } from '../../core/domain/decision.ts';
import type { PersonId } from '../../core/domain/person.ts';
import { WorkingSet } from '../../core/people/working-set.ts';

/** One piece of work for a batch. */
export interface Job<T> {
  persons: WorkQuery['persons'];
  events: WorkQuery['events'];
  decisions?: WorkQuery['decisions'];
  /** Whether guardrails will look at what its persons did. */
  decides?: boolean;
  /** Contacts after this time are looked at whatever guardrails ask for, ms since 1970. Absent: none but those. */
  contactsSince?: number | undefined;
  /** What a decision may take of. */
  resources?: WorkQuery['resources'];
  /** Runs on the batch's facts; what it does to the set is written with the rest of the batch. */
  run: (set: WorkingSet) => T;
}

interface Waiting {
  job: Job<unknown>;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
  /** How long whoever asks waits, in ms, and until when by the stopwatch. */
  patienceMs: number;
  until: number;
}

export interface BatcherPorts {
  store: Store;
  /** What guardrails have to know about the past, and the time now in ms since 1970. */
  lookback: () => { past: Lookback; now: number };
  mintPersonId: () => PersonId;
  /** Told the size of every batch and how long it took to be durable, in seconds. */
  observe: (size: number, seconds: number) => void;
  /** Told of jobs that were dropped because nobody would have waited for them. */
  shed: (jobs: number) => void;
  /** Monotonic, ms. */
  stopwatch: () => number;
  /** Given where the store is on another machine: whoever asks has somewhere else to go. */
  remote?: Remote | undefined;
  /** Told of every batch that is durable, and whether it changed the closed list, before anybody is answered. */
  durable?: (closed: boolean) => void;
}

export interface Remote {
  /** How long a store that was found away is left alone, in ms. */
  pauseMs: number;
  /** How long a batch may take before nobody waits behind it, in ms. */
  patienceMs: number;
  /**
   * How long after the end of a batch the next one begins at the earliest, in ms: whoever was answered may ask again and share it.
   * After a pause nobody is kept waiting.
   */
  lingerMs: number;
}

const AWAY = 'store: away a moment ago';
const SLOW = 'store: still busy with what came before';
const LATE = 'engine: no turn in time';

/** Most jobs in one transaction: bounds the wait of the last one behind the first. */
const MAX_BATCH = 256;

/**
 * Gathers what arrives while a batch is being made durable and does it in the next one: one flush is shared by all, and
 * nobody is answered before it. Where the store lets two be under way, the next one begins beside the one that is being
 * flushed, as soon as as many wait for it.
 */
export class Batcher {
  readonly #ports: BatcherPorts;
  #waiting: Waiting[] = [];
  /** Batches that are under way, and their jobs. */
  #underWay = { batches: 0, jobs: 0 };
  #called = false;
  #restUntil = -Infinity;
  #awayUntil = -Infinity;
  /** How long the last batch took, in ms. */
  #lastMs = 0;

  constructor(ports: BatcherPorts) {
    this.#ports = ports;
  }

  /**
   * Resolves with what `run` returned once the batch is durable; rejects alone when this job is at fault, and at once with
   * Fault `unavailable` for as long as a store that was found away is left alone. A job nobody waits for longer than
   * `patienceMs` is dropped with the same fault when its turn would come too late: it leaves nothing behind.
   */
  submit<T>(job: Job<T>, patienceMs = Infinity): Promise<T> {
    const now = this.#ports.stopwatch();
    if (now < this.#awayUntil) return Promise.reject(new Fault('unavailable', AWAY));
    return new Promise<T>((resolve, reject) => {
      const own = { job, resolve: resolve as (value: unknown) => void, reject };
      this.#waiting.push({ ...own, patienceMs, until: now + patienceMs });
      // behind a batch that takes long nobody comes by to look
      if (this.#waiting.length % MAX_BATCH === 0) this.#shed();
      this.#call();
    });
  }

  /**
   * Drops who would be answered too late. A batch takes about as long as the last one, or twice that; but whoever has half of
   * their time left is let in, or one slow batch would be the last.
   */
  #shed(): void {
    const now = this.#ports.stopwatch();
    const late = ({ until, patienceMs }: Waiting): boolean =>
      now + Math.min(2 * this.#lastMs, patienceMs / 2) > until;
    const dropped = this.#waiting.filter(late);
    if (dropped.length === 0) return;
    this.#waiting = this.#waiting.filter((waiting) => !late(waiting));
    this.#ports.shed(dropped.length);
    for (const { reject } of dropped) reject(new Fault('unavailable', LATE));
  }

  get queued(): number {
    return this.#waiting.length;
  }

  get #due(): boolean {
    const { batches, jobs } = this.#underWay;
    if (batches === 0) return this.#waiting.length > 0;
    return batches < (this.#ports.store.concurrent ?? 1) && this.#waiting.length >= jobs;
  }

  /** Begins the next batch once this turn of the event loop has ended: whoever was answered in it hears of that first. */
  #call(): void {
    if (this.#called || !this.#due) return;
    this.#called = true;
    const begin = (): void => {
      this.#called = false;
      this.#shed();
      if (this.#due) this.#begin(this.#waiting.splice(0, MAX_BATCH));
    };
    const rest = this.#restUntil - this.#ports.stopwatch();
    if (rest > 0) setTimeout(begin, rest);
    else setImmediate(begin);
  }

  #begin(batch: readonly Waiting[]): void {
    this.#count(1, batch.length);
    void this.#runAll(batch).then(() => {
      const { remote, stopwatch } = this.#ports;
      if (remote) this.#restUntil = stopwatch() + remote.lingerMs;
      this.#count(-1, -batch.length);
      this.#call();
    });
    this.#call();
  }

  #count(batches: number, jobs: number): void {
    this.#underWay.batches += batches;
    this.#underWay.jobs += jobs;
  }

  /** Sends everybody away who would stand behind a batch that does not end. */
  async #impatiently(...batch: Parameters<Store['transact']>): Promise<void> {
    const { remote, store } = this.#ports;
    if (!remote) return store.transact(...batch);
    const timer = setTimeout(() => {
      this.#awayUntil = Infinity;
      for (const { reject } of this.#waiting.splice(0)) reject(new Fault('unavailable', SLOW));
    }, remote.patienceMs);
    try {
      await store.transact(...batch);
    } finally {
      clearTimeout(timer);
      if (this.#awayUntil === Infinity) this.#awayUntil = -Infinity;
    }
  }

  async #runAll(batch: readonly Waiting[]): Promise<void> {
    const start = this.#ports.stopwatch();
    try {
      await this.#run(batch);
      this.#lastMs = this.#ports.stopwatch() - start;
      this.#ports.observe(batch.length, this.#lastMs / 1000);
    } catch (error) {
      if (error instanceof Fault && error.kind === 'unavailable') this.#giveUp(batch, error);
      else if (batch.length === 1) batch[0]!.reject(error);
      // one item that fails, or that the store cannot take, leaves nothing behind and must not cost the others their
      // answer: each gets a transaction of its own
      else for (const waiting of batch) await this.#runAll([waiting]);
    }
  }

  /** Nobody waits for a store that is away, neither who asked nor who stands behind them. */
  #giveUp(batch: readonly Waiting[], error: Fault): void {
    const { remote, stopwatch } = this.#ports;
    if (remote) this.#awayUntil = stopwatch() + remote.pauseMs;
    const behind = remote ? this.#waiting.splice(0) : [];
    for (const { reject } of [...batch, ...behind]) reject(error);
  }

  async #run(batch: readonly Waiting[]): Promise<void> {
    const query = queryOf(batch, this.#ports.lookback());
    let settle: (() => void)[] = [];
    let closed = false;
    await this.#impatiently(query, (facts): WorkWrites => {
      const set = new WorkingSet(facts, this.#ports.mintPersonId);
      // a store that many processes share may run this again: only what it wrote is answered
      settle = [];
      for (const { job, resolve } of batch) {
        const value = job.run(set);
        settle.push(() => resolve(value));
      }
      const writes = set.finish();
      closed = writes.closed.length > 0;
      return writes;
    });
    this.#ports.durable?.(closed);
    for (const done of settle) done();
  }
}

/** What the jobs of a batch ask for. In one pass: of lists of lists, most with one element, most of the time went into joining. */
function queryOf(batch: readonly Waiting[], { past, now }: ReturnType<BatcherPorts['lookback']>): WorkQuery {
  // what another clock wrote may lie before what this one reads
  const since = now - CLOCK_SKEW_MS;
  const persons: PersonAsk[] = [];
  const events: EventKey[] = [];
  const decisions: DecisionId[] = [];
  const resources: ResourceAsk[] = [];
  let contactsSince = since - past.contactsMs;
  for (const { job } of batch) {
    contactsSince = Math.min(contactsSince, job.contactsSince ?? Infinity);
    persons.push(...job.persons);
    events.push(...job.events);
    if (job.decisions) decisions.push(...job.decisions);
    if (job.resources) resources.push(...job.resources);
  }
  return {
    ...{ persons, events, decisions, now },
    contactsSince,
    signals: batch.some(({ job }) => job.decides) ? signalsAsked(past, since) : [],
    resources: resources.length === 0 ? undefined : joinAsks(resources),
  };
}
