import type { Row } from '../learn/models/rows.ts';

/**
 * A policy that knows the context. Options are numbers, from 0 in the order they were added; whoever wires it keeps the
 * table of keys. A propensity is computed first and drawn from afterwards (`core/decide/draw.ts`), both from one state, so
 * what is logged is what was drawn from.
 */
export interface ContextPolicy {
  /** Name and accuracy of the method, for the record. */
  readonly method: string;
  /**
   * Probability of each of the `eligible` options (at least one, no option twice) in context `x`, into `out` of the
   * same length: sums to 1, each at least the floor.
   */
  propensities(x: Float64Array, eligible: readonly number[], out: Float64Array): Float64Array;
  /** Takes in the outcome of one decision. */
  learn(row: Row): void;
  /** A new option, which begins as what the others have in common; returns its number. */
  addOption(): number;
}

/** Share of decisions that explores uniformly over the eligible options, all options together. */
export const EXPLORATION = 0.01;

/** Turns win probabilities into propensities: `exploration` is shared equally, and what is left goes by `wins`. In place. */
export function withFloor(wins: Float64Array, exploration: number): Float64Array {
  const share = exploration / wins.length;
  for (let a = 0; a < wins.length; a++) wins[a] = share + (1 - exploration) * wins[a]!;
  return wins;
}
