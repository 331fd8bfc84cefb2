import type { ClosedBook, Standing } from '../../../core/domain/closed.ts';
import { murmur3 } from '../../../core/maths/murmur3.ts';
import type { Header, SharedTable } from './table.ts';
import { ERASED, find, HEAD, HEADER, headerOf, keyOf, OTHERS, slotsOf } from './table.ts';

/** How much of what was told elsewhere may not be here yet although the store could be asked, in ms. */
export const BEHIND_MS = 5_000;
/** How old the list may become while the store is away, unless somebody says otherwise, in ms. */
export const OLDEST_MS = 3_600_000;

const EMPTY = new SharedArrayBuffer(HEAD * 4);

/** Reads the closed list, on either thread. Until it is given one, nothing is known of anybody. */
export class ClosedReader {
  readonly #elapsed: () => number;
  readonly #oldestMs: number;
  #cells = new Int32Array(EMPTY);
  #header = headerOf(EMPTY);
  #bits: ReadonlyMap<string, number> = new Map();

  /** `elapsed`: time that passes, in ms, as whoever keeps the list counts it; a clock that is set makes no list younger. */
  constructor(elapsed: () => number, oldestMs = OLDEST_MS) {
    this.#elapsed = elapsed;
    this.#oldestMs = oldestMs;
  }

  take({ memory, channels }: SharedTable): void {
    this.#cells = new Int32Array(memory);
    this.#header = headerOf(memory);
    this.#bits = new Map(channels.map((channel, bit) => [channel, bit]));
  }

  #read(which: Header): number {
    return Number(Atomics.load(this.#header, HEADER[which]));
  }

  /** Since the list was known to be whole and the newest, in ms; before it was ever read for good. */
  get ageMs(): number {
    const current = this.#read('current');
    return current === 0 ? Infinity : Math.max(0, this.#elapsed() - current);
  }

  /** Whether what the list says of somebody can be relied on. */
  get trusted(): boolean {
    const current = this.#read('current');
    return (
      current > 0 &&
      this.#read('contact') - current <= BEHIND_MS &&
      this.#elapsed() - current <= this.#oldestMs
    );
  }

  /** How many ids are in it. */
  get size(): number {
    return this.#read('ids');
  }

  /** Bytes it takes. */
  get bytes(): number {
    return this.#cells.byteLength;
  }

  /** How an id stands: 0 of most people. */
  #standing(alias: string): number {
    const words = murmur3(alias);
    return Atomics.load(this.#cells, find(this.#cells, ...keyOf(words[0]!, words[1]!)) + 2);
  }

  /**
   * Several ids are closed where one of them is. Who was erased and joined again is open by ids that all were and did: whoever
   * another id belongs to need not be the one that joined.
   */
  readonly standings: ClosedBook = (aliases) => {
    if (slotsOf(this.#cells) === 0 || !this.trusted) return () => 'unknown';
    const found = aliases.map((alias) => this.#standing(alias));
    if (found.every((standing) => standing === 0)) return () => 'open';
    const erased = found.some((standing) => standing >>> ERASED === 1);
    return (channel): Standing => {
      const bit = this.#bits.get(channel) ?? (this.#bits.size < OTHERS ? undefined : OTHERS);
      const set = (standing: number): boolean => bit !== undefined && ((standing >>> bit) & 1) === 1;
      const closed = (standing: number): boolean =>
        erased ? standing >>> ERASED === 0 || !set(standing) : set(standing);
      return found.some(closed) ? 'closed' : 'open';
    };
  };
}
