import type { NextPiece, PieceChooser } from './chooser.ts';
import { evenly } from './chooser.ts';
import type { Combinations } from './combinations.ts';

/** A message, and the probability with which it is chosen. */
export interface LikelyMessage {
  chosen: readonly number[];
  share: number;
}

/** Share of messages that any may be, evenly step by step. */
const EXPLORATION = 0.01;

/** What is known of messages that begin alike. */
interface Head {
  /** The messages that do. */
  likely: readonly LikelyMessage[];
  /** Probability of the head where each step is drawn evenly. */
  even: number;
  next?: readonly (NextPiece & { head: Head })[];
}

/**
 * Chooses messages with the probabilities they are given, and any other now and then. Piece by piece, each with its probability after those
 * before it, which are worked out when they are first asked for.
 */
export function drawnFrom(
  combinations: Combinations,
  likely: readonly LikelyMessage[],
  method: string,
): PieceChooser {
  const root: Head = { likely, even: 1 };
  const any = evenly(combinations);
  return {
    method: `pieces: ${method}`,
    combinations,
    next(chosen) {
      let own = root;
      for (let step = 0; step < chosen.length && own.likely.length > 0; step++) {
        const next = nextOf(combinations, own, chosen.slice(0, step));
        own = next.find(({ piece }) => piece === chosen[step])!.head;
      }
      // nothing is kept of what only exploration comes to: there may be millions of it
      return own.likely.length > 0 ? nextOf(combinations, own, chosen) : any.next(chosen);
    },
  };
}

const weightOf = ({ likely, even }: Head): number =>
  (1 - EXPLORATION) * likely.reduce((sum, { share }) => sum + share, 0) + EXPLORATION * even;

function nextOf(combinations: Combinations, own: Head, chosen: readonly number[]): NonNullable<Head['next']> {
  return (own.next ??= followed(own, chosen, combinations.next(chosen)));
}

function followed(
  own: Head,
  { length: step }: readonly number[],
  open: readonly number[],
): NonNullable<Head['next']> {
  const heads = open.map((piece): Head => ({
    likely: own.likely.filter(({ chosen }) => chosen[step] === piece),
    even: own.even / open.length,
  }));
  const weights = heads.map(weightOf);
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  return open.map((piece, i) => ({ piece, propensity: weights[i]! / all, head: heads[i]! }));
}
