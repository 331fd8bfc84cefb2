import type { ClosedRow, ClosedStore } from '../../../core/contracts/store.ts';
import { ClosedReader } from './reader.ts';
import type { SharedTable } from './table.ts';
import { ClosedTable } from './table.ts';

export interface ClosedListPorts {
  store: ClosedStore;
  /** Monotonic, ms; alike on every thread that reads the list. */
  stopwatch: () => number;
  /** How old it may become while the store is away, in ms. */
  oldestMs?: number | undefined;
  /** Given the memory the list is in, and every other it moves to. */
  share: (table: SharedTable) => void;
}

/** Ids read at once. */
const PAGE = 5_000;
/** A time no clock reaches: a list that nobody else changes stays the newest. */
const FOR_EVER = Number.MAX_SAFE_INTEGER;

/** Keeps the closed list in memory up to date with the store: all of it at the start, then what changes. */
export class ClosedList {
  readonly #ports: ClosedListPorts;
  readonly #table: ClosedTable;
  readonly #reader: ClosedReader;
  /** Place of the last change that is in memory. */
  #place = 0;
  /** The id that changed there. */
  #last = '';
  #reading: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(ports: ClosedListPorts) {
    this.#ports = ports;
    this.#reader = new ClosedReader(ports.stopwatch, ports.oldestMs);
    this.#table = new ClosedTable((table) => {
      this.#reader.take(table);
      ports.share(table);
    });
  }

  /** How somebody stands, by all their ids in a request. */
  get standings(): ClosedReader['standings'] {
    return this.#reader.standings;
  }

  /**
   * Reads what changed until now: whoever begins while somebody else reads waits for that and reads again. Rejects with Fault
   * `unavailable`.
   */
  read(): Promise<void> {
    if (!this.#reading) return (this.#reading = this.#readOn().finally(() => (this.#reading = undefined)));
    this.#next ??= this.#reading
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined;
        return this.read();
      });
    return this.#next;
  }

  /** Resolves once everything is read that somebody has begun to. */
  get settled(): Promise<void> {
    return this.#next ?? this.#reading ?? Promise.resolve();
  }

  async #readOn(): Promise<void> {
    const { store, stopwatch } = this.#ports;
    const began = stopwatch();
    for (let full = true; full;) {
      // the last one again: a store that was put back to an earlier time does not have it, or another one in its place
      const rows = await store.closed(Math.max(0, this.#place - 1), PAGE);
      full = rows.length === PAGE;
      if (this.#place > 0 && !this.#continues(rows[0])) {
        [this.#place, full] = [0, true];
        continue;
      }
      for (const row of rows) this.#table.put(row);
      const last = rows.at(-1);
      if (last) [this.#place, this.#last] = [last.number, last.id];
    }
    this.#current(store.shared === true ? began : FOR_EVER);
  }

  /** Whether a row can follow what was read: it is the last one, or that one has changed since. */
  #continues(row: ClosedRow | undefined): boolean {
    return row !== undefined && (row.number > this.#place || row.id === this.#last);
  }

  #current(at: number): void {
    this.#table.setHeader('current', at);
    this.#table.setHeader('contact', at);
  }

  /** Told of the place of the last change in the store, each second or sooner for as long as the store can be asked. */
  heard(place: number | null): void {
    if (place === this.#place && !this.#reading) this.#current(this.#ports.stopwatch());
    else this.read().catch(() => undefined);
  }

  /** The store answered something else. */
  contact(): void {
    if (this.#ports.store.shared === true) this.#table.setHeader('contact', this.#ports.stopwatch());
  }
}
