import type { OptionKey } from '../domain/decision.ts';
import type { Programme } from '../domain/programme.ts';
import type { PieceId } from '../domain/slots.ts';
import { emptyTotal } from '../learn/blocks.ts';
import { effectivePieces } from '../learn/effective.ts';
import type { Model } from '../learn/model.ts';
import { pieceSumsOf } from '../learn/piece-sums.ts';
import { rowStart } from '../maths/cholesky.ts';
import { PieceBeliefs } from '../policies/piece-beliefs.ts';
import { learnsPieces, likelyMessages, seedOf } from '../policies/pieces.ts';
import { averageMessage, withPiece } from '../slots/average.ts';
import type { LikelyMessage } from '../slots/drawn.ts';
import type { Interval } from './interval.ts';
import { intervalOf } from './interval.ts';

/** What is known about one piece of a variant with slots, for people to read. */
export interface PieceEstimate {
  variant: OptionKey;
  slot: string;
  piece: PieceId;
  /** Messages it was in, and as how many they count by now. */
  trials: number;
  effectiveTrials: number;
  /** Probability that it is in the message that is taken for the best now, as all but 1 % are; absent where nothing is learned of pieces. */
  best?: number | undefined;
  /** Reward per message with this piece, all other slots as they were so far: posterior mean and central 95 % interval. */
  estimate: number;
  interval: Interval;
}

/** Every piece of every variant with slots, slot by slot; undefined where no variant has slots. @param at ms since 1970 */
export function pieceEstimates(programme: Programme, model: Model, at: number): PieceEstimate[] | undefined {
  const sums = pieceSumsOf(programme);
  if (!sums) return undefined;
  const effective = effectivePieces(programme, model.state, at);
  return [...sums.features.variants].flatMap(([variant, features]) => {
    const known = effective?.options[variant] ?? emptyTotal(features.count);
    const beliefs = new PieceBeliefs(programme, { options: { [variant]: known } }, { variant, features });
    const likely = learnsPieces(programme)
      ? likelyMessages(beliefs, seedOf(programme, model, variant, at))
      : undefined;
    const sumsOf = Array.from({ length: features.count }, (_, j) => known.information[rowStart(j)]!);
    const average = averageMessage(features, sumsOf);
    return features.combinations.slots.flatMap(({ name, ids, start }) =>
      ids.map((piece, i): PieceEstimate => {
        const number = start + i;
        const { mean, sd } = beliefs.average(withPiece(features, average, number));
        return {
          ...{ variant, slot: name, piece },
          trials: effective ? trialsOf(model, variant, number) : 0,
          effectiveTrials: sumsOf[1 + number]!,
          best: likely && bestIn(likely, number),
          ...{ estimate: mean, interval: intervalOf(mean, sd) },
        };
      }),
    );
  });
}

const bestIn = (likely: readonly LikelyMessage[], piece: number): number =>
  likely.reduce((sum, { chosen, share }) => sum + (chosen.includes(piece) ? share : 0), 0);

/** In how many messages a piece was, every one as 1. */
function trialsOf({ state }: Model, variant: OptionKey, piece: number): number {
  const totals = (state.pieces?.blocks ?? []).flatMap(({ options }) => options[variant] ?? []);
  return totals.reduce((sum, { information }) => sum + information[rowStart(1 + piece)]!, 0);
}
