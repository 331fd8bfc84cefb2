import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { Store } from '../../core/contracts/store.ts';
import { FOLD_LEASE } from '../../core/contracts/store.ts';
import type { Outcome } from '../../core/domain/outcome.ts';
import type { Programme, ProgrammeId } from '../../core/domain/programme.ts';
import type { Folded, FoldInput } from '../../core/learn/fold.ts';
import { fold } from '../../core/learn/fold.ts';
import type { FoldFault } from '../../core/learn/fold-base.ts';
import type { ModelState } from '../../core/learn/model.ts';
import { lacks } from '../../core/learn/model.ts';
import type { Stretch } from '../../core/learn/stretches.ts';
import { Loop } from '../loop.ts';
import type { Catalogue } from './catalogue.ts';
import { CHUNK, historiesOf, nextChunk } from './ledger-reading.ts';
import { Renewals } from './renewals.ts';
import { Retries } from './retries.ts';

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
/** How long nobody else may fold after the last sign of the one who does, in ms; asked for again at half of it. */
const LEASE_MS = 10_000;
/** How often a copy that may not fold asks whether it may by now, in ms. */
const WAIT_MS = 1_000;
const BEGINS_ANEW = 'begins anew: somebody was erased whom what it had learned could not be told apart from';

type Asked = Omit<FoldInput, 'now' | 'route' | 'states'> & {
  states: Map<ProgrammeId, ModelState>;
  epoch: number;
};

/** Folds the ledger into models, one chunk after the other, for as long as the process runs. */
export class Folder {
  readonly #ports: FolderPorts;
  readonly #loop = new Loop(() => this.#tick());
  /** When this process last knew that nothing was left to fold, by the stopwatch. */
  doneAt: number | undefined;
  readonly #holder = randomUUID();
  #lease: { epoch: number; renewAt: number } | undefined;
  readonly #renewals: Renewals;
  /** When what could not be credited is looked at again. */
  readonly #credits: Retries;
  /** How far what could not be credited was looked at again, and why it still cannot be. */
  readonly #passes = new Map<ProgrammeId, { upTo: number; cause: unknown }>();

  constructor(ports: FolderPorts) {
    this.#ports = ports;
    this.#credits = new Retries(ports.now);
    this.#renewals = new Renewals({
      ...ports,
      goesOn: async () => (await this.#held()) !== undefined,
      failed: (id, cause, retries) => this.#failed(id, cause, retries),
    });
  }

  /** Rows of the ledger that are still to be read until all states are made anew. */
  get toMakeAnew(): number {
    return this.#renewals.left;
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
      if (this.toMakeAnew > 0) return least;
      return folded === CHUNK ? 0 : Math.max(least, Math.min(most, times * (performance.now() - start)));
    } catch (error) {
      // the last good model goes on deciding; the entries are folded again from the position that was kept
      this.#ports.failed(error);
      return AFTER_FAULT_MS;
    }
  }

  /** Takes or keeps the lease; whoever has it goes on from what stands in the store: an older model may have been put back by hand. */
  async #held(): Promise<number | undefined> {
    const before = this.#lease;
    const at = performance.now();
    if (before && at < before.renewAt) return before.epoch;
    const { store, catalogue } = this.#ports;
    const epoch = await store.lease(FOLD_LEASE, this.#holder, LEASE_MS);
    if (epoch !== before?.epoch) this.#renewals.drop();
    if (epoch !== null) await catalogue.load(store);
    this.#lease = epoch === null ? undefined : { epoch, renewAt: at + LEASE_MS / 2 };
    return epoch ?? undefined;
  }

  /** Folds one chunk; resolves with the number of entries in it, 0 while another copy folds. */
  async step(): Promise<number> {
    const { store, catalogue, stopwatch } = this.#ports;
    const epoch = await this.#held();
    if (epoch === undefined) return 0;
    if (catalogue.damaged) await catalogue.load(store);
    const expected = await store.position();
    const chunk = await nextChunk(store, catalogue, expected);
    const folded = chunk.upTo - expected;
    if (folded < CHUNK) this.doneAt = stopwatch();
    const [programmes, states] = [catalogue.programmes(), catalogue.states()];
    const wanted = this.#renewals.wanted(programmes, states);
    const ask = { folded: expected, next: chunk.upTo, atOnce: false };
    const renewed = await this.#renewals.renew(wanted, states, ask);
    if (renewed === undefined) return 0;
    if (folded > 0 || renewed.length > 0) {
      const histories = await historiesOf(store, chunk.entries, programmes);
      const asked = { expected, chunk, histories, programmes, states, renewed, epoch };
      if ((await this.#fold(asked)) === undefined) return 0;
      this.#ports.observe(folded);
    }
    await this.#creditAgain(epoch);
    return Math.max(folded, this.toMakeAnew);
  }

  /** Folds and writes it; resolves with what failed, or nothing when it could not be written. */
  async #fold({ epoch, ...asked }: Asked): Promise<readonly FoldFault[] | undefined> {
    const { store, catalogue, now, route, delivered } = this.#ports;
    const input = { ...asked, now: now(), route };
    const before = new Map(asked.states);
    const first = fold(input);
    const done = first.withdrawn.length === 0 ? first : await this.#withoutThem(input, first.withdrawn);
    if (!done) return undefined;
    // unless it is known to have been written, the models are read again before the next fold
    const lease = this.#lease;
    this.#lease = undefined;
    const places = await this.#renewals.places(done.moves);
    const snapshots = await store.commitFold({ ...done.writes, epoch });
    if (snapshots === null) return undefined;
    this.#lease = lease;
    catalogue.learn(snapshots);
    this.#renewals.follow(done.moves, places);
    const faults = done === first ? first.faults : [...first.faults, ...done.faults];
    for (const { programme, error } of faults) {
      if (lacks(before.get(programme) ?? {})) continue;
      const mended = !lacks(done.states.get(programme)!);
      this.#failed(programme, error, ...(mended ? [] : [this.#renewals.retries, this.#credits]));
    }
    for (const id of done.withdrawn) this.#ports.failed(new Error(`${id} ${BEGINS_ANEW}`));
    if (done.writes.outcomes.length > 0) delivered();
    return faults;
  }

  /** The same fold where what was learned cannot be told apart from somebody who is erased: it is made anew before they are taken out. */
  async #withoutThem(input: FoldInput, withdrawn: readonly ProgrammeId[]): Promise<Folded | undefined> {
    const states = new Map(input.states);
    for (const id of withdrawn) states.set(id, { ...states.get(id)!, behind: true });
    const own = input.programmes.filter(({ id }) => withdrawn.includes(id));
    const { expected: folded, chunk } = input;
    const made = await this.#renewals.renew(own, states, { folded, next: chunk.upTo, atOnce: true });
    return made && fold({ ...input, states, renewed: [...(input.renewed ?? []), ...made] });
  }

  /** Tells of it, and has it tried again later. */
  #failed(id: ProgrammeId, cause: unknown, ...again: readonly Retries[]): void {
    const { catalogue, failed } = this.#ports;
    const programme = catalogue.programme(id);
    if (programme) for (const retries of again) retries.failed(programme);
    failed(new Error(`${id} could not be learned from: ${String(cause)}`, { cause }));
  }

  /** Looks again at what could not be credited: a stretch of the ledger at a time, and all of them before one is looked at once more. */
  async #creditAgain(epoch: number): Promise<void> {
    const { store, catalogue } = this.#ports;
    const [programmes, states] = [catalogue.programmes(), catalogue.states()];
    for (const programme of programmes) {
      const next = this.#owed(programme, states.get(programme.id)?.owing ?? []);
      if (!next) continue;
      const { after } = next;
      const { upTo, entries } = await store.readLedger(after, Math.min(CHUNK, next.upTo - after));
      const histories = await historiesOf(store, entries, programmes, true);
      const expected = await store.position();
      const chunk = { upTo: expected, decisions: [], entries: [] };
      const asked = { expected, chunk, histories, programmes, states, renewed: [], epoch };
      const faults = await this.#fold({ ...asked, stretch: { after, upTo } });
      const cause = faults?.find((fault) => fault.programme === programme.id)?.error;
      if (faults)
        this.#passes.set(programme.id, { upTo, cause: cause ?? this.#passes.get(programme.id)?.cause });
      return;
    }
  }

  /** What is to be credited again next. */
  #owed(programme: Programme, owing: readonly Stretch[]): Stretch | undefined {
    const { id } = programme;
    if (owing.length > 0 && this.#credits.waits(programme)) return undefined;
    const pass = this.#passes.get(id);
    const reached = pass?.upTo ?? 0;
    const next = owing.find(({ upTo }) => upTo > reached);
    if (next) return { after: Math.max(next.after, reached), upTo: next.upTo };
    this.#passes.delete(id);
    if (owing.length > 0) this.#failed(id, pass?.cause, this.#credits);
    else this.#credits.succeeded(id);
    return undefined;
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
