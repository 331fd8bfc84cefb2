import type { OutboxCount } from '../core/contracts/store.ts';
import type { Funnel } from '../core/decide/funnel.ts';
import type { Standing } from '../core/domain/closed.ts';
import type { ClosedReader } from './engine/closed/reader.ts';
import type { Drained } from './engine/drainer.ts';
import type { EngineHealth } from './engine/health.ts';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { LimitsInUse } from './delivery/limiter.ts';
import type { ResourceUse } from './programmes/resource-use.ts';

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
  readonly #degraded = this.#counter('degraded_total', 'Decisions that left the full rung', [
    'cause',
    'rung',
  ]);
  readonly #folds = this.#counter('folded_entries_total', 'Ledger entries learned from', []);
  readonly #foldFaults = this.#counter('fold_faults_total', 'Folds that failed and will be repeated', []);
  readonly #spool = this.#gauge(
    'spool_decisions',
    'Decisions on this disk that the store does not have yet',
    [],
  );
  readonly #refused = this.#gauge(
    'spool_refused_decisions',
    'Those of them that the store would not take',
    [],
  );
  readonly #superseded = this.#counter(
    'spool_superseded_total',
    'Spooled decisions whose send had been decided otherwise in the meantime',
    [],
  );
  readonly #drops = this.#counter('guardrail_drops_total', 'Options that a guardrail removed', ['rule']);
  readonly #steps = this.#counter('options_total', 'Options of recorded decisions, and what became of them', [
    'step',
  ]);
  readonly #queued = this.#gauge('engine_queued_jobs', 'Jobs that wait for a batch', []);
  readonly #shed = this.#counter(
    'engine_shed_decisions_total',
    'Decisions that were not made because whoever asked would have been gone',
    [],
  );
  readonly #modelAge = this.#gauge(
    'model_age_seconds',
    'Since the models here were known to be the newest',
    [],
  );
  readonly #modelRefused = this.#gauge(
    'model_refused_programmes',
    'Programmes whose newest model cannot be decided on: the last good one is',
    [],
  );
  readonly #modelBehind = this.#gauge(
    'model_behind_programmes',
    'Programmes whose model is without what came since something could not be added to it',
    [],
  );
  readonly #toMakeAnew = this.#gauge('model_anew_entries', 'Ledger entries that models still lack', []);
  readonly #closed = {
    ids: this.#gauge('closed_list_ids', 'Ids that left a channel or were erased, in memory', []),
    bytes: this.#gauge('closed_list_bytes', 'Memory they take', []),
    age: this.#gauge('closed_list_age_seconds', 'Since the list here was known to be the newest', []),
    silences: this.#counter(
      'closed_list_silences_total',
      'Answers without the engine that are silence because a channel is closed, or not known to be open',
      ['standing'],
    ),
  };
  readonly #oldest = this.#gauge('outbox_oldest_seconds', 'Age of the oldest outcome that waits', [
    'destination',
  ]);
  readonly #latency = this.#histogram('decide_seconds', 'Arrival to answer', ['rung'], SECONDS);
  readonly #batch = this.#histogram('batch_size', 'Jobs that shared one flush', [], SIZES);
  readonly #flush = this.#histogram(
    'batch_seconds',
    'Facts, decisions, write and flush of one batch',
    [],
    SECONDS,
  );
  readonly #outbox = this.#gauge('outbox_rows', 'Outcomes that are not delivered, by destination and state', [
    'destination',
    'state',
  ]);
  readonly #delivered = this.#counter('delivered_total', 'Outcomes that this copy delivered', [
    'destination',
  ]);
  readonly #store = this.#gauge('store_up', '1 if the store answered when this was asked, else 0', []);
  readonly #taken = this.#gauge(
    'resource_taken',
    'What is taken of a cap over all persons, a budget, a pool, a queue',
    ['resource'],
  );
  readonly #limit = this.#gauge('resource_limit', 'What there is of it in all', ['resource']);
  readonly #limiter = {
    mode: this.#gauge('limiter_mode', '1 for how rate limits are kept at the moment', ['mode']),
    copies: this.#gauge('limiter_copies', 'Copies that share the limits, those missing too', []),
    running: this.#gauge('limiter_running_requests', 'Requests that have a slot, by account', ['account']),
    queued: this.#gauge('limiter_queued_requests', 'Requests that wait for a slot, by account', ['account']),
    paused: this.#gauge('limiter_paused_until_seconds', 'Unix time at which the account opens; 0: open', [
      'account',
    ]),
  };

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

  degraded(cause: string, rung: string): void {
    this.#degraded.inc({ cause, rung });
  }

  folded(entries: number): void {
    this.#folds.inc(entries);
  }

  foldFailed(): void {
    this.#foldFaults.inc();
  }

  spooled({ waiting, refused, superseded }: Drained): void {
    this.#spool.set(waiting);
    this.#refused.set(refused);
    this.#superseded.inc(superseded);
  }

  batch(size: number, seconds: number): void {
    this.#batch.observe(size);
    this.#flush.observe(seconds);
  }

  shed(decisions: number): void {
    this.#shed.inc(decisions);
  }

  /** Starts a stopwatch; call the result with the rung of the answer. */
  time(): (rung: string) => void {
    const start = process.hrtime.bigint();
    return (rung) => this.#latency.observe({ rung }, Number(process.hrtime.bigint() - start) / 1e9);
  }

  funnel({ candidates, dropped, chosen, notChosen, lostInArbitration }: Funnel): void {
    const sum = (counts: Record<string, number>): number =>
      Object.values(counts).reduce((total, count) => total + count, 0);
    for (const [rule, count] of Object.entries(dropped)) this.#drops.inc({ rule }, count);
    const steps = {
      candidate: candidates,
      dropped: sum(dropped),
      chosen,
      'not-chosen': sum(notChosen),
      'lost-in-arbitration': lostInArbitration,
    };
    for (const [step, count] of Object.entries(steps)) if (count > 0) this.#steps.inc({ step }, count);
  }

  health({ queued, modelAgeMs, refusedModels, behindModels, toMakeAnew }: EngineHealth): void {
    this.#queued.set(queued);
    this.#modelAge.set(modelAgeMs / 1000);
    this.#modelRefused.set(refusedModels);
    this.#modelBehind.set(behindModels);
    this.#toMakeAnew.set(toMakeAnew);
  }

  silenced(standing: Exclude<Standing, 'open'>): void {
    this.#closed.silences.inc({ standing });
  }

  closedList({ size, bytes, ageMs }: Pick<ClosedReader, 'size' | 'bytes' | 'ageMs'>): void {
    this.#closed.ids.set(size);
    this.#closed.bytes.set(bytes);
    this.#closed.age.set(ageMs / 1000);
  }

  outbox(rows: readonly OutboxCount[], now: number): void {
    this.#outbox.reset();
    this.#oldest.reset();
    for (const { destination, state, count, oldestAt } of rows) {
      this.#outbox.set({ destination, state }, count);
      if (state === 'pending') this.#oldest.set({ destination }, Math.max(0, now - oldestAt) / 1000);
    }
  }

  deliveries(tallies: readonly { id: string; delivered: number }[]): void {
    this.#delivered.reset();
    for (const { id, delivered } of tallies) this.#delivered.inc({ destination: id }, delivered);
  }

  store(up: boolean): void {
    this.#store.set(up ? 1 : 0);
  }

  resources(uses: readonly ResourceUse[]): void {
    for (const gauge of [this.#taken, this.#limit]) gauge.reset();
    for (const { resource, taken, limit } of uses) {
      this.#taken.set({ resource }, taken);
      this.#limit.set({ resource }, limit);
    }
  }

  limits({ mode, copies, accounts }: LimitsInUse): void {
    const { running, queued, paused } = this.#limiter;
    for (const kind of ['redis', 'local', 'closed'])
      this.#limiter.mode.set({ mode: kind }, kind === mode ? 1 : 0);
    this.#limiter.copies.set(copies);
    for (const gauge of [running, queued, paused]) gauge.reset();
    for (const { account, ...use } of accounts) {
      running.set({ account }, use.running);
      queued.set({ account }, use.queued);
      paused.set({ account }, use.pausedUntil / 1000);
    }
  }
}
