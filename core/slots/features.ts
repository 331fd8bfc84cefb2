import type { Slotted } from '../domain/slots.ts';
import { Combinations } from './combinations.ts';

/** What is reckoned with of a variant with slots: its combinations, and columns for the constant, the pieces and pairs of them. */
export class SlotFeatures {
  readonly combinations: Combinations;
  readonly count: number;

  constructor(own: Slotted) {
    this.combinations = new Combinations(own);
    const { slots } = own;
    const pairs = (own.pairs ?? []).map(([one, other]) => slots[one]!.length * slots[other]!.length);
    this.count = 1 + this.combinations.pieces + pairs.reduce((sum, n) => sum + n, 0);
  }
}

const known = new WeakMap<Slotted, SlotFeatures>();

/** The features of a variant with slots, made once for each. */
export function slotFeaturesOf(variant: Slotted): SlotFeatures {
  let features = known.get(variant);
  if (!features) known.set(variant, (features = new SlotFeatures(variant)));
  return features;
}
