import type { LearnStore, ProgrammeStore, WatchStore } from '../../core/contracts/store.ts';
import type { ProgrammeId } from '../../core/domain/programme.ts';
import type { Catalogue } from './catalogue.ts';

export interface NewsPorts {
  store: LearnStore & ProgrammeStore & WatchStore;
  catalogue: Catalogue;
  /** Monotonic, ms. */
  stopwatch: () => number;
  /** Told of the place of the last change of the closed list; null while it is still to be found out what changed. */
  closed: (place: number | null) => void;
  /** Told after a programme that another copy changed was taken into the catalogue. */
  changed: () => void;
}

/** A copy that could not ask for newer models for this long says so in its decisions, in ms. */
export const OLD_MS = 5_000;

/** Keeps the catalogue up to date with what other copies change. */
export class News {
  readonly #ports: NewsPorts;
  #end: (() => Promise<void>) | undefined;
  /** When the models here were last known to be the newest, by the stopwatch. */
  heardAt: number | undefined;
  #taking: Promise<void> | undefined;
  #more = false;
  /** Versions of the programmes that whoever is told knows. */
  #told: ReadonlyMap<ProgrammeId, number>;

  constructor(ports: NewsPorts) {
    this.#ports = ports;
    this.#told = this.#versions();
  }

  #versions(): Map<ProgrammeId, number> {
    return new Map(this.#ports.catalogue.programmes().map(({ id, version }) => [id, version]));
  }

  async start(): Promise<void> {
    this.#end = await this.#ports.store.watch(({ changed, closed }) => {
      this.#ports.closed(closed);
      if (changed) this.#more = true;
      if (this.#more) this.#take();
      else this.heardAt = this.#ports.stopwatch();
    });
  }

  /** Whether the models may be older than those of other copies; never where there are none. */
  get old(): boolean {
    return this.heardAt !== undefined && this.#ports.stopwatch() - this.heardAt > OLD_MS;
  }

  /** One look at a time; what changes during one is seen by the next. */
  #take(): void {
    this.#taking ??= this.#takeAll().finally(() => (this.#taking = undefined));
  }

  async #takeAll(): Promise<void> {
    const { catalogue, store, stopwatch, changed } = this.#ports;
    while (this.#more) {
      this.#more = false;
      try {
        await catalogue.load(store);
        this.heardAt = stopwatch();
        const versions = this.#versions();
        const newer = [...versions].some(([id, version]) => this.#told.get(id) !== version);
        this.#told = versions;
        if (newer) changed();
      } catch {
        // the store is away; what changed is still to be taken when it is heard of again
        this.#more = true;
        return;
      }
    }
  }

  async stop(): Promise<void> {
    await this.#end?.();
    await this.#taking;
  }
}
