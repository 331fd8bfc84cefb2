import type { Moments } from '../learn/models/context-beliefs.ts';
import type { SlotFeatures } from './features.ts';

/** What is believed of the messages of one variant: of all of their columns (`features.ts`) together, so that one draw is of all messages. */
export interface MessageBeliefs {
  readonly features: SlotFeatures;
  /** What a message of some columns is worth, and how far a draw is off that for each unit its columns are together. */
  of(columns: readonly number[]): Moments;
}

/** Finds the best message of one draw, which says how far each column is off what is believed of it. */
export type BestMessage = (off: Float64Array) => readonly number[];

/** Compares all messages where there are few, else goes from one to a better one as long as another piece makes it better. */
export function bestMessage(beliefs: MessageBeliefs): BestMessage {
  const { few } = beliefs.features;
  const find = few ? compared(beliefs, few) : searched(beliefs);
  return (off) => bestFirst(beliefs, find(off), off);
}

/** The same message, the pieces of a slot that takes several with the best of them first. */
function bestFirst(beliefs: MessageBeliefs, chosen: readonly number[], off: Float64Array): readonly number[] {
  const { slots, steps } = beliefs.features.combinations;
  if (steps.length === slots.length) return chosen;
  const slotOf = (piece: number): number => slots.findLastIndex(({ start }) => start <= piece);
  const worth = (piece: number): number => {
    const { mean, sd } = beliefs.of([1 + piece]);
    return mean + sd * off[1 + piece]!;
  };
  return chosen.toSorted((a, b) => slotOf(a) - slotOf(b) || worth(b) - worth(a));
}

const sumOf = (columns: readonly number[], off: Float64Array): number => {
  let sum = 0;
  for (let i = 0; i < columns.length; i++) sum += off[columns[i]!]!;
  return sum;
};

function compared(beliefs: MessageBeliefs, few: NonNullable<SlotFeatures['few']>): BestMessage {
  const known = few.map(({ columns }) => beliefs.of(columns));
  return (off) => {
    let [best, most] = [0, -Infinity];
    for (let i = 0; i < known.length; i++) {
      const { mean, sd } = known[i]!;
      const score = mean + sd * sumOf(few[i]!.columns, off);
      if (score > most) [best, most] = [i, score];
    }
    return few[best]!.chosen;
  };
}

/** Chooses what looks best step by step, of the pieces that `open` leaves; undefined where it leaves none. */
function greedy(
  steps: readonly number[],
  scoreOf: (chosen: readonly number[]) => number,
  open: (chosen: readonly number[]) => readonly number[],
): number[] | undefined {
  const chosen: number[] = [];
  while (chosen.length < steps.length) {
    const pieces = open(chosen);
    if (pieces.length === 0) return undefined;
    const scores = pieces.map((piece) => scoreOf([...chosen, piece]));
    chosen.push(pieces[scores.indexOf(Math.max(...scores))]!);
  }
  return chosen;
}

function searched(beliefs: MessageBeliefs): BestMessage {
  const { features } = beliefs;
  const { combinations } = features;
  const allowed = (chosen: readonly number[]): number[] => {
    const { start, ids } = combinations.slots[combinations.steps[chosen.length]!]!;
    const pieces = Array.from(ids, (_, i) => start + i);
    return pieces.filter((piece) => combinations.allows([...chosen, piece]));
  };
  return (off) => {
    const scoreOf = (chosen: readonly number[]): number => {
      const columns = features.columns(chosen);
      const { mean, sd } = beliefs.of(columns);
      return mean + sd * sumOf(columns, off);
    };
    // looking ahead takes long, and is needed only where forbidden pairs leave nothing for a slot
    const { steps } = combinations;
    let best =
      greedy(steps, scoreOf, allowed) ?? greedy(steps, scoreOf, (chosen) => combinations.next(chosen))!;
    let most = scoreOf(best);
    for (let better = true; better;) {
      better = false;
      for (const [step, slot] of combinations.steps.entries()) {
        const { start, ids } = combinations.slots[slot]!;
        for (let piece = start; piece < start + ids.length; piece++) {
          const other = best.with(step, piece);
          if (!combinations.allows(other)) continue;
          const score = scoreOf(other);
          if (score > most) [best, most, better] = [other, score, true];
        }
      }
    }
    return best;
  };
}
