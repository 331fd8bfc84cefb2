import { Counter, Gauge, Histogram, Registry } from 'prom-client';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
const SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256];

/** What operators watch. Names are stable and end in their unit. */
export class Metrics {
  readonly registry = new Registry();
  readonly #decisions = this.#counter('decisions_total', 'Decisions answered', [
    'rung',
    'reason',
    'guardrail',
  ]);
  readonly #events = this.#counter('events_total', 'Events received', ['source', 'result']);
  readonly #degraded = this.#counter('degraded_total', 'Decisions that left the full rung', ['cause']);
  readonly #folds = this.#counter('folded_entries_total', 'Ledger entries learned from', []);
  readonly #foldFaults = this.#counter('fold_faults_total', 'Folds that failed and will be repeated', []);
  readonly #latency = this.#histogram('decide_seconds', 'Arrival to answer', ['rung'], SECONDS);
  readonly #batch = this.#histogram('batch_size', 'Jobs that shared one flush', [], SIZES);
  readonly #flush = this.#histogram(
    'batch_seconds',
    'Facts, decisions, write and flush of one batch',
    [],
    SECONDS,
  );
  readonly #outbox = this.#gauge('outbox_rows', 'Outcomes by destination and state', [
    'destination',
    'state',
  ]);

  #options<Label extends string>(name: string, help: string, labelNames: Label[]) {
    return { name: `pickwell_${name}`, help, labelNames, registers: [this.registry] };
  }

  #counter<Label extends string>(name: string, help: string, labels: Label[]): Counter<Label> {
    return new Counter(this.#options(name, help, labels));
  }

  #gauge<Label extends string>(name: string, help: string, labels: Label[]): Gauge<Label> {
    return new Gauge(this.#options(name, help, labels));
  }

  #histogram<Label extends string>(
    name: string,
    help: string,
    labels: Label[],
    buckets: number[],
  ): Histogram<Label> {
    return new Histogram({ ...this.#options(name, help, labels), buckets });
  }

  decision(rung: string, reason: string, guardrail: string | undefined): void {
    this.#decisions.inc({ rung, reason, guardrail: guardrail ?? '' });
  }

  event(source: string, result: 'accepted' | 'duplicate' | 'rejected' | 'ignored', count: number): void {
    if (count > 0) this.#events.inc({ source, result }, count);
  }

  degraded(cause: string): void {
    this.#degraded.inc({ cause });
  }

  folded(entries: number): void {
    this.#folds.inc(entries);
  }

  foldFailed(): void {
    this.#foldFaults.inc();
  }

  batch(size: number, seconds: number): void {
    this.#batch.observe(size);
    this.#flush.observe(seconds);
  }

  /** Starts a stopwatch; call the result with the rung of the answer. */
  time(): (rung: string) => void {
    const start = process.hrtime.bigint();
    return (rung) => this.#latency.observe({ rung }, Number(process.hrtime.bigint() - start) / 1e9);
  }

  outbox(rows: readonly { destination: string; state: string; count: number }[]): void {
    this.#outbox.reset();
    for (const { destination, state, count } of rows) this.#outbox.set({ destination, state }, count);
  }
}
