import type { ClosedId } from '../../../core/domain/closed.ts';
import { wordsOf } from '../../../core/maths/murmur3.ts';

/*
 * The closed list as it lies in memory: three 32-bit words an id, in memory that both threads see, because whoever answers when
 * the engine cannot must be able to ask it. One thread writes. A word is written whole; of a new id first how it stands, then who
 * it is. What a reader misses in between is not acknowledged yet.
 *
 * An id is the first 64 bits of its digest. That two ids share them and one of them stands for the other happens once in some
 * 10^7 lists of a million ids.
 */

/** Words before the first id: three numbers of 64 bits (`HEADER`). */
export const HEAD = 6;
/** Words of one id: first and second of its digest, how it stands. */
export const WORDS = 3;

/**
 * Where in 64-bit words lies when the list was last known to be the newest, when the store was last heard of, both in the ms
 * that pass, and how many ids are in it.
 */
export const HEADER = { current: 0, contact: 1, ids: 2 } as const;
export type Header = keyof typeof HEADER;

/** Bit of an id that was erased: closed on every channel but those whose bits are set. Of others those are closed. */
export const ERASED = 31;
/** Bit of all channels beyond the first 30. */
export const OTHERS = 30;

/** What readers are given: the memory, and the channels in the order of their bits. */
export interface SharedTable {
  memory: SharedArrayBuffer;
  channels: readonly string[];
}

/** First slot of an id in a table of `slots`, a power of two. */
export const slotOf = (low: number, slots: number): number => low & (slots - 1);

/** The two words an id is told by; never both zero, which is an empty slot. */
export function keyOf(first: number, second: number): [number, number] {
  return [first | 0, (first | 0) === 0 && (second | 0) === 0 ? 1 : second | 0];
}

export const slotsOf = (cells: Int32Array): number => (cells.length - HEAD) / WORDS;

/** Place of an id, or of the free slot where it would be. */
export function find(cells: Int32Array, first: number, second: number): number {
  const slots = slotsOf(cells);
  for (let slot = slotOf(second, slots); ; slot = (slot + 1) & (slots - 1)) {
    const at = HEAD + slot * WORDS;
    const [a, b] = [Atomics.load(cells, at), Atomics.load(cells, at + 1)];
    if ((a === first && b === second) || (a === 0 && b === 0)) return at;
  }
}

/** Share of the slots that may be taken. */
const MOST_TAKEN = 0.6;
const FIRST_SLOTS = 1024;

export const headerOf = (memory: SharedArrayBuffer): BigInt64Array => new BigInt64Array(memory, 0, HEAD / 2);
const memoryOf = (slots: number): SharedArrayBuffer => new SharedArrayBuffer((HEAD + slots * WORDS) * 4);

/** The writer's side of the table. */
export class ClosedTable {
  #memory = memoryOf(FIRST_SLOTS);
  #cells = new Int32Array(this.#memory);
  #header = headerOf(this.#memory);
  #channels: string[] = [];
  #taken = 0;
  #ids = 0;
  readonly #share: (table: SharedTable) => void;

  /** `share` is told of the memory at once, and of every other it moves to. */
  constructor(share: (table: SharedTable) => void) {
    this.#share = share;
    this.#tell();
  }

  #tell(): void {
    this.#share({ memory: this.#memory, channels: [...this.#channels] });
  }

  setHeader(which: Header, value: number): void {
    Atomics.store(this.#header, HEADER[which], BigInt(Math.floor(value)));
  }

  /** The bits of some channels; of those without a bit of their own `others`. */
  #bits(channels: readonly string[], others: number): number {
    return channels.reduce((bits, channel) => bits | this.#bit(channel, others), 0);
  }

  #bit(channel: string, others: number): number {
    let bit = this.#channels.indexOf(channel);
    if (bit === -1 && this.#channels.length < OTHERS) {
      bit = this.#channels.push(channel) - 1;
      this.#tell();
    }
    return bit === -1 ? others : 1 << bit;
  }

  put({ id, erased, channels }: ClosedId): void {
    const [first, second] = keyOf(...wordsOf(id));
    const named = (state: string): string[] => Object.keys(channels).filter((own) => channels[own] === state);
    const open = (1 << ERASED) | this.#bits(named('subscribed'), 0);
    this.#set(first, second, erased ? open : this.#bits(named('unsubscribed'), 1 << OTHERS));
  }

  #set(first: number, second: number, standing: number): void {
    let at = find(this.#cells, first, second);
    const known = this.#cells[at] !== 0 || this.#cells[at + 1] !== 0;
    // most people leave nothing, and who came back is as good as one of them
    if (!known && standing === 0) return;
    this.setHeader('ids', (this.#ids += Number(standing !== 0) - Number(this.#cells[at + 2] !== 0)));
    if (!known && ++this.#taken > slotsOf(this.#cells) * MOST_TAKEN) {
      this.#grow();
      at = find(this.#cells, first, second);
    }
    Atomics.store(this.#cells, at + 2, standing);
    Atomics.store(this.#cells, at, first);
    Atomics.store(this.#cells, at + 1, second);
  }

  #grow(): void {
    const old = this.#cells;
    this.#memory = memoryOf(slotsOf(old) * 2);
    this.#cells = new Int32Array(this.#memory);
    this.#header = headerOf(this.#memory);
    this.#cells.set(old.subarray(0, HEAD));
    this.#taken = 1;
    for (let from = HEAD; from < old.length; from += WORDS) {
      if (old[from + 2] === 0) continue;
      this.#cells.set(old.subarray(from, from + WORDS), find(this.#cells, old[from]!, old[from + 1]!));
      this.#taken++;
    }
    this.#tell();
  }
}
