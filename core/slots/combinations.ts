import type { PieceId, Pieces, Slotted } from '../domain/slots.ts';

/** One slot with its pieces in the order in which they are numbered. */
export interface NumberedSlot {
  name: string;
  ids: readonly PieceId[];
  pick: number;
  /** Number of its first piece among the pieces of all slots. */
  start: number;
}

const compare = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
  a < b ? -1 : 1;

function numbered({ slots, pick = {} }: Slotted): NumberedSlot[] {
  let start = 0;
  // by name: a store may give the fields of an object back in another order
  return Object.entries(slots)
    .sort(compare)
    .map(([name, pieces]) => {
      const slot = { name, ids: pieces.map(({ id }) => id), pick: pick[name] ?? 1, start };
      start += pieces.length;
      return slot;
    });
}

/**
 * The combinations of pieces a variant allows. Pieces are numbers, counted over all slots; a combination is a list of them,
 * one for each step: slot by slot in the order of their names, a slot that takes several as often as it does.
 */
export class Combinations {
  readonly slots: readonly NumberedSlot[];
  /** Number of pieces of all slots. */
  readonly pieces: number;
  /** The slot of each step, as its place in `slots`. */
  readonly steps: readonly number[];
  readonly #forbidden: readonly ReadonlySet<number>[];
  /** Whether every piece goes with every other. */
  readonly #free: boolean;

  constructor(own: Slotted) {
    this.slots = numbered(own);
    this.pieces = this.slots.reduce((sum, { ids }) => sum + ids.length, 0);
    this.steps = this.slots.flatMap(({ pick }, s) => Array<number>(pick).fill(s));
    const forbidden = Array.from({ length: this.pieces }, () => new Set<number>());
    for (const pair of own.forbidden ?? []) {
      const [a, b] = Object.entries(pair).map(([name, id]) => this.numberOf(name, id));
      if (a === undefined || b === undefined) continue;
      forbidden[a]!.add(b);
      forbidden[b]!.add(a);
    }
    this.#forbidden = forbidden;
    this.#free = forbidden.every(({ size }) => size === 0);
  }

  /** The number of a piece; undefined where there is none of that name. */
  numberOf(slot: string, id: PieceId): number | undefined {
    const own = this.slots.find(({ name }) => name === slot);
    const place = own?.ids.indexOf(id) ?? -1;
    return own && place >= 0 ? own.start + place : undefined;
  }

  idOf(piece: number): PieceId {
    const own = this.slots.findLast(({ start }) => start <= piece)!;
    return own.ids[piece - own.start]!;
  }

  /** Pieces of a slot that go with all of those that were chosen. */
  #open(slot: number, chosen: readonly number[]): number[] {
    const { ids, start } = this.slots[slot]!;
    return Array.from(ids, (_, i) => start + i).filter(
      (piece) => !chosen.includes(piece) && chosen.every((other) => !this.#forbidden[other]!.has(piece)),
    );
  }

  /** Whether some combination begins with `chosen`. */
  #completable(chosen: readonly number[]): boolean {
    // a slot has as many pieces as it takes, or more
    if (this.#free || chosen.length === this.steps.length) return true;
    const left = new Map<number, number>();
    for (const slot of this.steps.slice(chosen.length)) left.set(slot, (left.get(slot) ?? 0) + 1);
    // without this a slot that nothing is left for would be found out only after everything before it was tried
    for (const [slot, count] of left) if (this.#open(slot, chosen).length < count) return false;
    return this.#open(this.steps[chosen.length]!, chosen).some((piece) =>
      this.#completable([...chosen, piece]),
    );
  }

  /** Pieces the next step may choose after those before it, such that the message can be completed. */
  next(chosen: readonly number[]): number[] {
    return this.#open(this.steps[chosen.length]!, chosen).filter((piece) =>
      this.#completable([...chosen, piece]),
    );
  }

  /** Whether each slot has enough pieces that go with one; if not, that piece is in no combination. */
  fits(piece: number): boolean {
    return this.slots.every(({ pick, start, ids }, s) => {
      const own = piece >= start && piece < start + ids.length;
      return this.#open(s, [piece]).length >= pick - Number(own);
    });
  }

  /** The sets of pieces that make a message, each once in one order, or undefined where there are more than `most`. */
  sets(most: number): number[][] | undefined {
    let heads: number[][] = [[]];
    for (let step = 0; step < this.steps.length; step++) {
      const again = this.steps[step] === this.steps[step - 1];
      heads = heads.flatMap((head) =>
        this.next(head).flatMap((piece) => (again && piece < head.at(-1)! ? [] : [[...head, piece]])),
      );
      if (heads.length > most) return undefined;
    }
    return heads;
  }

  /** Whether no two of some pieces are one, or forbidden together. */
  allows(chosen: readonly number[]): boolean {
    for (let i = 0; i < chosen.length; i++) {
      const apart = this.#forbidden[chosen[i]!]!;
      for (let j = 0; j < i; j++) if (chosen[i] === chosen[j] || apart.has(chosen[j]!)) return false;
    }
    return true;
  }

  /** The first combination, pieces in the order in which they were written; undefined where none is allowed. */
  first(): number[] | undefined {
    const chosen: number[] = [];
    for (let step = 0; step < this.steps.length; step++) {
      const [piece] = this.next(chosen);
      if (piece === undefined) return undefined;
      chosen.push(piece);
    }
    return chosen;
  }

  /** The pieces of a combination by their names. */
  named(chosen: readonly number[]): Pieces {
    return Object.fromEntries(
      this.slots.map(({ name, pick }, s) => {
        const ids = chosen.filter((_, step) => this.steps[step] === s).map((piece) => this.idOf(piece));
        return [name, pick === 1 ? ids[0]! : ids];
      }),
    );
  }

  /** The combination of named pieces; undefined where they are none that is allowed. */
  combinationOf(pieces: Pieces): number[] | undefined {
    if (Object.keys(pieces).some((name) => !this.slots.some((slot) => slot.name === name))) return undefined;
    const chosen: number[] = [];
    for (const { name, pick } of this.slots) {
      const ids = [pieces[name] ?? []].flat();
      if (ids.length !== pick) return undefined;
      for (const id of ids) {
        const piece = this.numberOf(name, id);
        if (piece === undefined || !this.next(chosen).includes(piece)) return undefined;
        chosen.push(piece);
      }
    }
    return chosen;
  }
}
