import type { Pieces, Slotted } from '../domain/slots.ts';
import { Combinations } from './combinations.ts';

/** Sets of pieces up to which all are compared when the best message is looked for. */
const FEW = 256;

/** The pairs of pieces of two slots that act together: as many columns as the two slots have pieces, multiplied. */
export interface PairColumns {
  /** Places of the two slots. */
  one: number;
  other: number;
  start: number;
}

/** What is reckoned with of a variant with slots: its combinations, and columns for the constant, the pieces and pairs of them. */
export class SlotFeatures {
  readonly combinations: Combinations;
  readonly count: number;
  /** Of each column: 0 is the constant, 1 are pieces, 2 pairs of them, which are learned to be as small as they are. */
  readonly groups: readonly number[];
  /** What the columns are of. */
  readonly schema: unknown;
  readonly pairs: readonly PairColumns[];
  #few: readonly { chosen: readonly number[]; columns: readonly number[] }[] | null | undefined;

  constructor(own: Slotted) {
    this.combinations = new Combinations(own);
    const { slots, pieces } = this.combinations;
    let next = 1 + pieces;
    this.pairs = (own.pairs ?? []).map(([one, other]) => {
      const [s, t] = [one, other].map((name) => slots.findIndex((slot) => slot.name === name));
      const start = next;
      next += slots[s!]!.ids.length * slots[t!]!.ids.length;
      return { one: s!, other: t!, start };
    });
    this.count = next;
    this.groups = Array.from({ length: next }, (_, j) => (j === 0 ? 0 : j <= pieces ? 1 : 2));
    this.schema = [slots.map(({ name, ids }) => [name, ids]), own.pairs ?? []];
  }

  /** All sets of pieces that make a message, where there are few. */
  get few(): readonly { chosen: readonly number[]; columns: readonly number[] }[] | undefined {
    if (this.#few === undefined) {
      const sets = this.combinations.sets(FEW);
      this.#few = sets?.map((chosen) => ({ chosen, columns: this.columns(chosen) })) ?? null;
    }
    return this.#few ?? undefined;
  }

  /** The columns that are 1 of a message; all others are 0. Asked for thousands of times when the best message is searched for. */
  columns(chosen: readonly number[]): number[] {
    const { slots } = this.combinations;
    const found = [0];
    for (const piece of chosen) found.push(1 + piece);
    for (const { one, other, start } of this.pairs) {
      const [s, t] = [slots[one]!, slots[other]!];
      for (const piece of chosen) {
        if (piece < s.start || piece >= s.start + s.ids.length) continue;
        for (const beside of chosen) {
          if (beside < t.start || beside >= t.start + t.ids.length) continue;
          found.push(start + (piece - s.start) * t.ids.length + beside - t.start);
        }
      }
    }
    return found;
  }

  /**
   * Features of a message on record: of slots that are there by now. Undefined where one of its pieces is not: it says nothing of the
   * others by themselves.
   */
  encode(pieces: Pieces): Float64Array | undefined {
    const { combinations } = this;
    const chosen = combinations.slots.flatMap(({ name }) =>
      [pieces[name] ?? []].flat().map((id) => combinations.numberOf(name, id)),
    );
    if (chosen.includes(undefined)) return undefined;
    const x = new Float64Array(this.count);
    for (const j of this.columns(chosen as number[])) x[j] = 1;
    return x;
  }
}

const known = new WeakMap<Slotted, SlotFeatures>();

/** The features of a variant with slots, made once for each. */
export function slotFeaturesOf(variant: Slotted): SlotFeatures {
  let features = known.get(variant);
  if (!features) known.set(variant, (features = new SlotFeatures(variant)));
  return features;
}
