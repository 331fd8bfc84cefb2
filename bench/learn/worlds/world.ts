/** Columns of a context that describe one thing. Columns of no field, such as the constant, stand alone. */
export interface Field {
  kind: 'number' | 'flag' | 'category';
  columns: readonly number[];
}

/**
 * A planted truth: who comes, what each option would earn, and one piece of luck a round that all policies share, so that
 * option `a` is rewarded in round `t` when `luck[t] < chances[t, a]`.
 */
export interface World {
  id: string;
  rounds: number;
  options: number;
  /** Length of one context, the constant included. */
  features: number;
  fields: readonly Field[];
  /** rounds x features, row by row */
  contexts: Float64Array;
  /** rounds x options, row by row */
  chances: Float64Array;
  /** Uniform in [0, 1), one a round. */
  luck: Float64Array;
  /** Rounds until an outcome is known. */
  delay: number;
  /** Outcomes are taken in every so many rounds. */
  refresh: number;
}

/** Fisher-Yates from the end. */
export function shuffle(rng: { uniform(): number }, items: Float64Array | Int32Array): void {
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(rng.uniform() * (i + 1));
    const kept = items[i]!;
    items[i] = items[j]!;
    items[j] = kept;
  }
}

/** 1 / (1 + e^-x) without overflow; the planted truths are pinned to this form, bit by bit. */
export function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const e = Math.exp(x);
  return e / (1 + e);
}

/** Chance of the best option in every round. */
export function bestChances({ rounds, options, chances }: World): Float64Array {
  const best = new Float64Array(rounds).fill(-Infinity);
  for (let i = 0; i < rounds * options; i++) {
    const t = Math.floor(i / options);
    if (chances[i]! > best[t]!) best[t] = chances[i]!;
  }
  return best;
}
