import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { History, LedgerChunk, LedgerEntry } from '../../core/contracts/records.ts';
import type { Store } from '../../core/contracts/store.ts';
import { FOLD_LEASE } from '../../core/contracts/store.ts';
import type { Outcome } from '../../core/domain/outcome.ts';
import type { Programme, ProgrammeId } from '../../core/domain/programme.ts';
import { fold, goalSignals, personsTouched, tellingSignals } from '../../core/learn/fold.ts';
import { hasSlots } from '../../core/domain/slots.ts';
import { learnsContext } from '../../core/learn/linear-state.ts';
import type { ModelState } from '../../core/learn/model.ts';
import { needsRenewal, Renewal } from '../../core/learn/renewal.ts';
import { Loop } from '../loop.ts';
import type { Catalogue } from './catalogue.ts';

export interface FolderPorts {
  store: Store;
  catalogue: Catalogue;
  now: () => number;
  /** Monotonic, ms. */
  stopwatch: () => number;
  route: (outcome: Outcome) => string[];
  /** Called after a fold that put something into an outbox. */
  delivered: () => void;
  /** Told how many entries were folded, and of a fold that failed: of all programmes, or of the one that the error names. */
  observe: (entries: number) => void;
  failed: (error: unknown) => void;
}

/**
 * How long new entries may wait for the next fold, in ms: as many times as long as the last one took, since it takes its time
 * from decisions, and no longer than leaves it well inside of the second in which what was learned is decided with.
 */
const PAUSE = { least: 100, times: 20, most: 500 };
const AFTER_FAULT_MS = 1_000;
const CHUNK = 5_000;
/** How long nobody else may fold after the last sign of the one who does, in ms; asked for again at half of it. */
const LEASE_MS = 10_000;
/** How often a copy that may not fold asks whether it may by now, in ms. */
const WAIT_MS = 1_000;
/** How long until sums that something could not be added to are made anew, in ms: that reads the whole ledger. Twice as long after every time that it fails. */
const RETRY_MS = { least: 60_000, most: 3_600_000 };

/** Programmes that learn from more of a decision than its option. */
const contextual = (programmes: readonly Programme[]): ProgrammeId[] =>
  programmes
    .filter((own) => learnsContext(own) || own.timing || own.variants.some(hasSlots))
    .map(({ id }) => id);

/** Folds the ledger into models, one chunk after the other, for as long as the process runs. */
export class Folder {
  readonly #ports: FolderPorts;
  readonly #loop = new Loop(() => this.#tick());
  /** When this process last knew that nothing was left to fold, by the stopwatch. */
  doneAt: number | undefined;
  readonly #holder = randomUUID();
  #lease: { epoch: number; renewAt: number } | undefined;
  /** Of programmes that are behind: when they are made anew, if no other version is saved before. */
  readonly #retries = new Map<ProgrammeId, { version: number; at: number; pause: number }>();

  constructor(ports: FolderPorts) {
    this.#ports = ports;
  }

  start(): void {
    this.#loop.start();
  }

  async #tick(): Promise<number> {
    const start = performance.now();
    try {
      const folded = await this.step();
      if (this.#lease === undefined) return WAIT_MS;
      const { least, times, most } = PAUSE;
      return folded === CHUNK ? 0 : Math.max(least, Math.min(most, times * (performance.now() - start)));
    } catch (error) {
      // the last good model goes on deciding; the entries are folded again from the position that was kept
      this.#ports.failed(error);
      return AFTER_FAULT_MS;
    }
  }

  /** Takes or keeps the lease; whoever has it anew goes on from what the one before has written. */
  async #held(): Promise<number | undefined> {
    const before = this.#lease;
    const at = performance.now();
    if (before && at < before.renewAt) return before.epoch;
    const { store, catalogue } = this.#ports;
    const epoch = await store.lease(FOLD_LEASE, this.#holder, LEASE_MS);
    if (epoch !== null && epoch !== before?.epoch) await catalogue.load(store);
    this.#lease = epoch === null ? undefined : { epoch, renewAt: at + LEASE_MS / 2 };
    return epoch ?? undefined;
  }

  /** The next stretch of the ledger, read knowing every programme that is saved in it: another copy may have saved it. */
  async #read(after: number): Promise<LedgerChunk> {
    const { store, catalogue } = this.#ports;
    for (let known = 0; ;) {
      const chunk = await store.readLedger(after, CHUNK, contextual(catalogue.programmes()));
      const saved = chunk.entries.findLast(({ kind }) => kind === 'programme')?.seq ?? 0;
      if (saved <= known) return chunk;
      await catalogue.load(store);
      known = saved;
    }
  }

  /**
   * The histories of whom the entries touch. What only tells that a scanner may have clicked, as every delivery does, or that an order
   * was taken back, touches nobody who was never credited with anything.
   */
  async #histories(entries: readonly LedgerEntry[], programmes: readonly Programme[]): Promise<History[]> {
    const { store } = this.#ports;
    const names = goalSignals(programmes);
    const telling = tellingSignals(names);
    const touched = personsTouched(entries, names);
    const others = new Set(telling.length > 0 ? personsTouched(entries, telling) : []).difference(
      new Set(touched),
    );
    const credited = others.size > 0 ? await store.credited([...others]) : [];
    const persons = [...touched, ...credited];
    return persons.length > 0 ? store.histories(persons, [...names, ...telling], contextual(programmes)) : [];
  }

  /** Folds one chunk; resolves with the number of entries in it, 0 while another copy folds. */
  async step(): Promise<number> {
    const { store, catalogue, now, stopwatch, route } = this.#ports;
    const epoch = await this.#held();
    if (epoch === undefined) return 0;
    if (catalogue.damaged) await catalogue.load(store);
    const expected = await store.position();
    const chunk = await this.#read(expected);
    const folded = chunk.upTo - expected;
    if (folded < CHUNK) this.doneAt = stopwatch();
    if (folded === 0) return 0;
    const programmes = catalogue.programmes();
    const histories = await this.#histories(chunk.entries, programmes);
    const states = catalogue.states();
    const renewed = await this.#renew(programmes, states, expected);
    if (renewed === undefined) return 0;
    const { writes, faults } = fold({
      ...{ expected, chunk, histories, programmes, states, renewed },
      ...{ now: now(), route },
    });
    // unless it is known to have been written, the models are read again before the next fold
    const lease = this.#lease;
    this.#lease = undefined;
    const snapshots = await store.commitFold({ ...writes, epoch });
    if (snapshots === null) return 0;
    this.#lease = lease;
    catalogue.learn(snapshots);
    for (const { programme, error } of faults) this.#fellBehind(programme, error);
    this.#ports.observe(folded);
    if (writes.outcomes.length > 0) this.#ports.delivered();
    return folded;
  }

  #fellBehind(id: ProgrammeId, cause: unknown): void {
    const { catalogue, now, failed } = this.#ports;
    const { version = 0 } = catalogue.programme(id) ?? {};
    const pause = Math.min(RETRY_MS.most, 2 * (this.#retries.get(id)?.pause ?? RETRY_MS.least / 2));
    this.#retries.set(id, { version, at: now() + pause, pause });
    failed(new Error(`${id} could not be learned from: ${String(cause)}`, { cause }));
  }

  #waits({ id, version }: Programme): boolean {
    const retry = this.#retries.get(id);
    return retry?.version === version && this.#ports.now() < retry.at;
  }

  /**
   * Makes the states anew that were learned from another context or other pieces than are declared now, or are behind; nobody else folds
   * meanwhile. Resolves with whose they are, or nothing when the lease was lost. What cannot be made anew stays as it is, and is behind.
   */
  async #renew(
    programmes: readonly Programme[],
    states: Map<ProgrammeId, ModelState>,
    upTo: number,
  ): Promise<ProgrammeId[] | undefined> {
    const renewed: ProgrammeId[] = [];
    for (const programme of programmes) {
      const state = states.get(programme.id);
      if (!state || !needsRenewal(programme, state) || this.#waits(programme)) continue;
      const renewal = new Renewal(programme, state);
      for (let after = 0; after < upTo; after += CHUNK) {
        renewal.add(await this.#ports.store.trials(programme.id, after, Math.min(upTo, after + CHUNK)));
        if ((await this.#held()) === undefined) return undefined;
      }
      const { fault, state: made } = renewal;
      states.set(programme.id, fault ? { ...state, behind: true } : made);
      if (fault) this.#fellBehind(programme.id, fault);
      else this.#retries.delete(programme.id);
      renewed.push(programme.id);
    }
    return renewed;
  }

  /** Folds until nothing is left. */
  async catchUp(): Promise<void> {
    while ((await this.step()) > 0);
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
    // another copy need not wait until it ends by itself; when this fails it does
    if (this.#lease) await this.#ports.store.lease(FOLD_LEASE, this.#holder, 0).catch(() => null);
    this.#lease = undefined;
  }
}
