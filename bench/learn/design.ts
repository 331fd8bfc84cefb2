import { bend } from '../../core/learn/features/bend.ts';
import type { World } from './worlds/world.ts';

/** A world's contexts as the feature encoder gives them to a model. */
export interface Design {
  features: number;
  /** rounds x features, row by row */
  contexts: Float64Array;
  /** Group of each feature. */
  groups: number[];
  /** Groups of bends. */
  secondOrder: number[];
}

/** Columns stay, numbers get a second column that bends; each field is a group, and each bend one of its own. */
export function design({ rounds, features, fields, contexts }: World): Design {
  const groups = [0];
  for (const [i, { columns }] of fields.entries()) for (const j of columns) groups[j] = i + 1;
  const numbers = fields.flatMap(({ kind, columns }) => (kind === 'number' ? columns : []));
  const secondOrder = numbers.map((_, i) => fields.length + 1 + i);
  groups.push(...secondOrder);
  const width = features + numbers.length;
  const wide = new Float64Array(rounds * width);
  for (let t = 0; t < rounds; t++) {
    wide.set(contexts.subarray(t * features, (t + 1) * features), t * width);
    for (let i = 0; i < numbers.length; i++) {
      wide[t * width + features + i] = bend(contexts[t * features + numbers[i]!]!);
    }
  }
  return { features: width, contexts: wide, groups, secondOrder };
}
