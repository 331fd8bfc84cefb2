import { rngFromNumber } from '../../core/maths/xoshiro.ts';
import { Agenda } from './heap.ts';

/** One cell: some copies on one database of its own. Times in ms. */
export interface Cell {
  /** Decisions a second that arrive at it. */
  rate: number;
  copies: number;
  /** Cores of the database. */
  cores: number;
  httpMs: number;
  engineMs: number;
  batchFixedMs: number;
  batchDecisionMs: number;
  /** Mean of the flush, exponential. */
  flushMs: number;
  /** Trips and the standby, per batch. */
  tripsMs: number;
  maxBatch: number;
}

export interface Part {
  /** Share of the time it was busy. */
  used: number;
  /** 99th percentile of the time spent in it or waiting for it, ms. */
  p99: number;
}

export interface Simulated {
  http: Part;
  engine: Part;
  database: Part;
  /** Decisions of a batch, mean. */
  batch: number;
  p50: number;
  p99: number;
  p999: number;
  /** Decisions that had no answer when it ended: more than a few means that it was not keeping up. */
  waiting: number;
}

interface Item {
  arrived: number;
  ready: number;
}

interface Copy {
  httpFree: number;
  queue: Item[];
  busy: boolean;
}

type Event = { kind: 'ready'; copy: Copy; item: Item } | { kind: 'ask' | 'done'; copy: Copy; batch: Item[] };

/** The start is not counted, in ms. */
const WARM_UP_MS = 1_000;

/** Percentiles of some numbers. */
function percentiles(numbers: number[]): (share: number) => number {
  numbers.sort((a, b) => a - b);
  return (share) => numbers[Math.min(numbers.length - 1, Math.floor(share * numbers.length))] ?? 0;
}

/**
 * Requests arrive at random and spread evenly over the copies; each passes the HTTP thread, waits until the batch before it is
 * durable, is decided with whatever waited beside it, and waits for a core of the database, its flush and the way there
 * and back. What is not in it: vacuum, checkpoints, a neighbour's noise, failing over.
 */
export function simulate(cell: Cell, seconds: number, seed: number): Simulated {
  return new Simulation(cell, seed).run(seconds * 1_000);
}

class Simulation {
  readonly #cell: Cell;
  readonly #uniform: () => number;
  readonly #agenda = new Agenda<Event>();
  readonly #copies: Copy[];
  readonly #cores: number[];
  readonly #times = {
    http: [] as number[],
    engine: [] as number[],
    database: [] as number[],
    all: [] as number[],
  };
  readonly #busy = { http: 0, engine: 0, database: 0 };
  #batches = 0;
  #open = 0;

  constructor(cell: Cell, seed: number) {
    this.#cell = cell;
    const rng = rngFromNumber(seed);
    this.#uniform = () => rng.uniform();
    this.#copies = Array.from({ length: cell.copies }, () => ({ httpFree: 0, queue: [], busy: false }));
    this.#cores = Array.from({ length: cell.cores }, () => 0);
  }

  #exponential(mean: number): number {
    return -Math.log(1 - this.#uniform()) * mean;
  }

  run(ms: number): Simulated {
    const { rate, httpMs } = this.#cell;
    for (let at = this.#exponential(1_000 / rate); at < ms; at += this.#exponential(1_000 / rate)) {
      const copy = this.#copies[Math.floor(this.#uniform() * this.#copies.length)]!;
      const ready = Math.max(at, copy.httpFree) + httpMs;
      copy.httpFree = ready;
      this.#busy.http += httpMs;
      if (at > WARM_UP_MS) this.#times.http.push(ready - at);
      this.#open++;
      this.#agenda.add(ready, { kind: 'ready', copy, item: { arrived: at, ready } });
    }
    for (let next = this.#agenda.next(); next && next.at < ms; next = this.#agenda.next()) {
      this.#handle(next.at, next.event);
    }
    return this.#found(ms);
  }

  #handle(at: number, event: Event): void {
    const { copy } = event;
    if (event.kind === 'ready') copy.queue.push(event.item);
    else if (event.kind === 'ask') return this.#ask(at, copy, event.batch);
    else this.#answer(at, copy, event.batch);
    if (copy.busy || copy.queue.length === 0) return;
    copy.busy = true;
    const batch = copy.queue.splice(0, this.#cell.maxBatch);
    const spent = batch.length * this.#cell.engineMs;
    this.#busy.engine += spent;
    for (const { ready } of batch) if (ready > WARM_UP_MS) this.#times.engine.push(at + spent - ready);
    this.#agenda.add(at + spent, { kind: 'ask', copy, batch });
  }

  /** The batch goes to the core that is free first. */
  #ask(at: number, copy: Copy, batch: Item[]): void {
    const { batchFixedMs, batchDecisionMs, flushMs, tripsMs } = this.#cell;
    const work = batchFixedMs + batch.length * batchDecisionMs;
    const core = this.#cores.indexOf(Math.min(...this.#cores));
    const end = Math.max(at, this.#cores[core]!) + work;
    this.#cores[core] = end;
    this.#busy.database += work;
    this.#batches += 1;
    const done = end + this.#exponential(flushMs) + tripsMs;
    for (const { ready } of batch) if (ready > WARM_UP_MS) this.#times.database.push(done - at);
    this.#agenda.add(done, { kind: 'done', copy, batch });
  }

  #answer(at: number, copy: Copy, batch: readonly Item[]): void {
    copy.busy = false;
    this.#open -= batch.length;
    for (const { arrived } of batch) if (arrived > WARM_UP_MS) this.#times.all.push(at - arrived);
  }

  #found(ms: number): Simulated {
    const { copies, cores } = this.#cell;
    const part = (name: 'http' | 'engine' | 'database', many: number): Part => ({
      used: this.#busy[name] / (many * ms),
      p99: percentiles(this.#times[name])(0.99),
    });
    const answered = this.#times.database.length;
    const all = percentiles(this.#times.all);
    return {
      ...{ http: part('http', copies), engine: part('engine', copies), database: part('database', cores) },
      batch: (answered * (ms / (ms - WARM_UP_MS))) / this.#batches,
      ...{ p50: all(0.5), p99: all(0.99), p999: all(0.999), waiting: this.#open },
    };
  }
}
