import { describe, expect, test } from 'vitest';
import { rngFromNumber } from '../../../core/maths/xoshiro.ts';
import type { PieceChooser } from '../../../core/slots/chooser.ts';
import { Combinations } from '../../../core/slots/combinations.ts';
import type { LikelyMessage } from '../../../core/slots/drawn.ts';
import { drawnFrom } from '../../../core/slots/drawn.ts';
import { allOf, anySlots } from '../../support/slots.ts';

/** Probability of a message, step by step. */
function probabilityOf(chooser: PieceChooser, message: readonly number[]): number {
  return message.reduce((product, piece, step) => {
    const next = chooser.next(message.slice(0, step));
    expect(next.reduce((sum, { propensity }) => sum + propensity, 0)).toBeCloseTo(1, 12);
    return product * next.find((own) => own.piece === piece)!.propensity;
  }, 1);
}

describe('messages that are drawn with given probabilities', () => {
  test('have them, but for one in a hundred that is any message, evenly step by step', () => {
    for (let seed = 0; seed < 100; seed++) {
      const combinations = new Combinations(anySlots(seed));
      const all = allOf(combinations);
      if (all.length === 0 || all.length > 400) continue;
      const rng = rngFromNumber(seed);
      const some = all.filter((_, i) => i === 0 || rng.uniform() < 0.2);
      const likely: LikelyMessage[] = some.map((chosen) => ({ chosen, share: 1 / some.length }));
      const chooser = drawnFrom(combinations, likely, 'given');
      let total = 0;
      for (const message of all) {
        const even = message.reduce((p, _, step) => p / combinations.next(message.slice(0, step)).length, 1);
        const share = likely.find(({ chosen }) => chosen === message)?.share ?? 0;
        const probability = probabilityOf(chooser, message);
        expect(probability).toBeCloseTo(0.99 * share + 0.01 * even, 12);
        total += probability;
      }
      expect(total).toBeCloseTo(1, 10);
    }
  });
});
