import type { Store } from '../../core/contracts/store.ts';
import type { Outcome } from '../../core/domain/outcome.ts';
import { fold, goalSignals, personsTouched } from '../../core/learn/fold.ts';
import type { Catalogue } from './catalogue.ts';

export interface FolderPorts {
  store: Store;
  catalogue: Catalogue;
  now: () => number;
  route: (outcome: Outcome) => string[];
  /** Called after a fold that put something into an outbox. */
  delivered: () => void;
  /** Told how many entries were folded, and of a fold that failed. */
  observe: (entries: number) => void;
  failed: (error: unknown) => void;
}

/** How long new entries may wait for the next fold, in ms. */
const PAUSE_MS = 100;
const AFTER_FAULT_MS = 1_000;
const CHUNK = 5_000;

/** Folds the ledger into models, one chunk after the other, for as long as the process runs. */
export class Folder {
  readonly #ports: FolderPorts;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(ports: FolderPorts) {
    this.#ports = ports;
  }

  start(): void {
    this.#stopped = false;
    this.#later(0);
  }

  #later(ms: number): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#running = this.#tick();
    }, ms);
  }

  async #tick(): Promise<void> {
    try {
      const folded = await this.step();
      this.#later(folded === CHUNK ? 0 : PAUSE_MS);
    } catch (error) {
      // the last good model goes on deciding; the entries are folded again from the position that was kept
      this.#ports.failed(error);
      this.#later(AFTER_FAULT_MS);
    }
  }

  /** Folds one chunk; resolves with the number of entries in it. */
  async step(): Promise<number> {
    const { store, catalogue, now, route } = this.#ports;
    const expected = await store.position();
    const chunk = await store.readLedger(expected, CHUNK);
    const folded = chunk.upTo - expected;
    if (folded === 0) return 0;
    const programmes = catalogue.programmes();
    const names = goalSignals(programmes);
    const persons = personsTouched(chunk.entries, names);
    const histories = persons.length === 0 ? [] : await store.histories(persons, names);
    const states = catalogue.states();
    const { writes } = fold({ expected, chunk, histories, programmes, states, now: now(), route });
    const snapshots = await store.commitFold(writes);
    if (snapshots === null) return 0;
    catalogue.learn(snapshots);
    this.#ports.observe(folded);
    if (writes.outcomes.length > 0) this.#ports.delivered();
    return folded;
  }

  /** Folds until nothing is left. */
  async catchUp(): Promise<void> {
    while ((await this.step()) > 0);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }
}
