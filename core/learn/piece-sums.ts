import type { OptionKey } from '../domain/decision.ts';
import type { Programme } from '../domain/programme.ts';
import { hasSlots } from '../domain/slots.ts';
import type { SlotFeatures } from '../slots/features.ts';
import { slotFeaturesOf } from '../slots/features.ts';
import type { LinearTrial, TrialFeatures } from './linear-state.ts';
import { LinearSums } from './linear-state.ts';
import { schemaHash } from './schema-hash.ts';

/** The pieces of messages, of each variant with slots in columns of its own. */
export class PieceFeatures implements TrialFeatures {
  readonly schema: string;
  readonly count: number;
  readonly variants: ReadonlyMap<OptionKey, SlotFeatures>;

  constructor(variants: ReadonlyMap<OptionKey, SlotFeatures>) {
    this.variants = variants;
    const all = [...variants].sort(([a], [b]) => (a < b ? -1 : 1));
    this.schema = schemaHash(all.map(([id, { schema }]) => [id, schema]));
    this.count = Math.max(...all.map(([, { count }]) => count));
  }

  ofTrial({ option, pieces }: LinearTrial): Float64Array | undefined {
    return pieces && this.variants.get(option)?.encode(pieces);
  }
}

export type PieceSums = LinearSums<PieceFeatures>;

const known = new WeakMap<Programme, PieceSums | undefined>();

/** The sums of a programme version over the pieces of its messages, made once for each; undefined where no variant has slots. */
export function pieceSumsOf(programme: Programme): PieceSums | undefined {
  if (!known.has(programme)) known.set(programme, sumsOf(programme));
  return known.get(programme);
}

function sumsOf(programme: Programme): PieceSums | undefined {
  const slotted = programme.variants.filter(hasSlots);
  if (slotted.length === 0) return undefined;
  const features = new Map(slotted.map((variant) => [variant.id, slotFeaturesOf(variant)]));
  return new LinearSums(new PieceFeatures(features), programme);
}
