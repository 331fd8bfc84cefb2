import type { OptionKey } from '../domain/decision.ts';
import type { Programme } from '../domain/programme.ts';
import { effectivePieces, tickOf } from '../learn/effective.ts';
import type { Model } from '../learn/model.ts';
import { pieceSumsOf } from '../learn/piece-sums.ts';
import { rngFromText } from '../maths/xoshiro.ts';
import { bestMessage } from '../slots/best.ts';
import type { PieceChooser } from '../slots/chooser.ts';
import type { LikelyMessage } from '../slots/drawn.ts';
import { drawnFrom } from '../slots/drawn.ts';
import { PieceBeliefs } from './piece-beliefs.ts';
import type { Policy } from './policy.ts';

/** Draws of all weights, for each of which the best message is found: how often it was one is its probability. */
const DRAWS = 200;

const METHOD = `thompson, ${DRAWS} draws`;

/** Share of draws in which each message was the best; of those that never were none. */
export function likelyMessages(beliefs: PieceBeliefs, seed: string): LikelyMessage[] {
  const rng = rngFromText(seed);
  const best = bestMessage(beliefs);
  const found = new Map<string, { chosen: readonly number[]; share: number }>();
  for (let draw = 0; draw < DRAWS; draw++) {
    const chosen = best(beliefs.draw(rng));
    const key = chosen.join(' ');
    const own = found.get(key) ?? { chosen, share: 0 };
    found.set(key, own);
    own.share += 1 / DRAWS;
  }
  return [...found.values()];
}

/** One stream for each model and tick of a variant: whoever has them draws the same. @param at ms since 1970 */
export const seedOf = ({ id }: Programme, { version }: Model, variant: OptionKey, at: number): string =>
  `${id} ${variant} ${version} ${tickOf(at)}`;

/** Whether a programme chooses pieces by what it learned of them: an A/B test is one of pieces too. */
export const learnsPieces = (programme: Programme): boolean =>
  programme.policy.kind !== 'fixed-split' && pieceSumsOf(programme) !== undefined;

/**
 * Chooses the pieces of messages by Thompson sampling, from what was learned of all messages of the variant together; undefined where no
 * variant has slots, or shares are fixed. The draws are made for each model and tick, not for each decision: their frequencies are
 * what decisions are drawn from, and so are probabilities.
 */
export function learnedPieces(programme: Programme, model: Model): Policy['pieces'] {
  if (!learnsPieces(programme)) return undefined;
  const { variants } = pieceSumsOf(programme)!.features;
  const chooserOf = (variant: OptionKey, at: number): PieceChooser | undefined => {
    const features = variants.get(variant);
    const sums = features && effectivePieces(programme, model.state, at);
    if (!sums) return undefined;
    const beliefs = new PieceBeliefs(programme, sums, { variant, features });
    const likely = likelyMessages(beliefs, seedOf(programme, model, variant, at));
    return drawnFrom(features.combinations, likely, METHOD);
  };
  const known = new Map<OptionKey, PieceChooser | undefined>();
  let tick = NaN;
  return (variant, at) => {
    if (tickOf(at) !== tick) known.clear();
    tick = tickOf(at);
    if (!known.has(variant)) known.set(variant, chooserOf(variant, at));
    return known.get(variant);
  };
}
