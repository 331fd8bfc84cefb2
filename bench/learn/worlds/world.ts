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
  /** rounds x options, row by row: 1 where an option may be chosen, in every round at least one; absent: always all. */
  open?: Uint8Array;
  /** Decisions a day, for programmes that live in time; absent: 2,500. */
  daily?: number;
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

/** Numbers of the options that may be chosen in each round. */
export function openIn({ options, open }: World): (t: number) => readonly number[] {
  const all = Array.from({ length: options }, (_, a) => a);
  return open ? (t) => all.filter((a) => open[t * options + a] === 1) : () => all;
}

/** Chance of the best option that may be chosen, in every round. */
export function bestChances({ rounds, options, chances, open }: World): Float64Array {
  const best = new Float64Array(rounds).fill(-Infinity);
  for (let i = 0; i < rounds * options; i++) {
    const t = Math.floor(i / options);
    if (open?.[i] !== 0 && chances[i]! > best[t]!) best[t] = chances[i]!;
  }
  return best;
}
