import type { WorkQuery, WorkWrites } from '../../core/contracts/records.ts';
import type { Store } from '../../core/contracts/store.ts';
import type { PersonId } from '../../core/domain/person.ts';
import { WorkingSet } from '../../core/people/working-set.ts';

/** One piece of work for a batch. */
export interface Job<T> {
  persons: WorkQuery['persons'];
  events: WorkQuery['events'];
  decisions?: WorkQuery['decisions'];
  /** Runs on the batch's facts; what it does to the set is written with the rest of the batch. */
  run: (set: WorkingSet) => T;
}

interface Waiting {
  job: Job<unknown>;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

export interface BatcherPorts {
  store: Store;
  /** Earliest contact a cap may look back to, ms since 1970. */
  contactsSince: () => number;
  mintPersonId: () => PersonId;
  /** Told the size of every batch and how long it took to be durable, in seconds. */
  observe: (size: number, seconds: number) => void;
  /** Monotonic, ms. */
  stopwatch: () => number;
}

/** Most jobs in one transaction: bounds the wait of the last one behind the first. */
const MAX_BATCH = 256;

/**
 * Gathers what arrives while a batch is being made durable and does it in the next one: one flush is shared by all, and
 * nobody is answered before it.
 */
export class Batcher {
  readonly #ports: BatcherPorts;
  #waiting: Waiting[] = [];
  #busy = false;

  constructor(ports: BatcherPorts) {
    this.#ports = ports;
  }

  /** Resolves with what `run` returned once the batch is durable; rejects alone when this job is at fault. */
  submit<T>(job: Job<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ job, resolve: resolve as (value: unknown) => void, reject });
      if (!this.#busy) {
        this.#busy = true;
        setImmediate(() => void this.#drain());
      }
    });
  }

  get queued(): number {
    return this.#waiting.length;
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, MAX_BATCH);
      await this.#runAll(batch);
    }
    this.#busy = false;
  }

  async #runAll(batch: readonly Waiting[]): Promise<void> {
    const start = this.#ports.stopwatch();
    try {
      await this.#run(batch);
      this.#ports.observe(batch.length, (this.#ports.stopwatch() - start) / 1000);
    } catch (error) {
      if (batch.length === 1) batch[0]!.reject(error);
      // one item that fails, or that the store cannot take, leaves nothing behind and must not cost the others their
      // answer: each gets a transaction of its own
      else for (const waiting of batch) await this.#runAll([waiting]);
    }
  }

  async #run(batch: readonly Waiting[]): Promise<void> {
    const query: WorkQuery = {
      persons: batch.flatMap(({ job }) => job.persons),
      events: batch.flatMap(({ job }) => job.events),
      decisions: batch.flatMap(({ job }) => job.decisions ?? []),
      contactsSince: this.#ports.contactsSince(),
    };
    const settle: (() => void)[] = [];
    await this.#ports.store.transact(query, (facts): WorkWrites => {
      const set = new WorkingSet(facts, this.#ports.mintPersonId);
      for (const { job, resolve } of batch) {
        const value = job.run(set);
        settle.push(() => resolve(value));
      }
      return set.finish();
    });
    for (const done of settle) done();
  }
}
