import type { Combinations } from './combinations.ts';

/** One piece that may come next, and how likely it is then. */
export interface NextPiece {
  piece: number;
  propensity: number;
}

/** Chooses the pieces of a message one after the other. */
export interface PieceChooser {
  /** How the probabilities are computed, for the record. */
  method: string;
  combinations: Combinations;
  /** The pieces that may follow those already chosen; propensities sum to 1. */
  next(chosen: readonly number[]): readonly NextPiece[];
}

/** Each piece that may come next is as likely as the others. */
export const evenly = (combinations: Combinations): PieceChooser => ({
  method: 'pieces: even',
  combinations,
  next(chosen) {
    const open = combinations.next(chosen);
    return open.map((piece) => ({ piece, propensity: 1 / open.length }));
  },
});

/** One combination, where chance has no part. */
export const exactly = (
  combinations: Combinations,
  method: string,
  all: readonly number[],
): PieceChooser => ({
  method: `pieces: ${method}`,
  combinations,
  next: (chosen) => [{ piece: all[chosen.length]!, propensity: 1 }],
});

/** The first piece of each slot that goes with those before it: what is sent as usual. */
export const asWritten = (combinations: Combinations): PieceChooser =>
  exactly(combinations, 'as written', combinations.first() ?? []);
