import { describe, expect, test } from 'vitest';
import { rngFromNumber } from '../../../core/maths/xoshiro.ts';
import type { MessageBeliefs } from '../../../core/slots/best.ts';
import { bestMessage } from '../../../core/slots/best.ts';
import { SlotFeatures } from '../../../core/slots/features.ts';
import { allOf, anySlots, ITEMS, pieces } from '../../support/slots.ts';
import type { Slotted } from '../../../core/domain/slots.ts';

/** Means of columns by chance, and draws that are off by chance; further off for messages of even numbers of columns. */
function beliefs(features: SlotFeatures, seed: number): MessageBeliefs & { draw: () => Float64Array } {
  const rng = rngFromNumber(seed);
  const draw = (): Float64Array => Float64Array.from({ length: features.count }, () => rng.normal());
  const means = draw();
  const of = (columns: readonly number[]): { mean: number; sd: number } => {
    const mean = columns.reduce((sum, j) => sum + means[j]!, 0);
    return { mean, sd: mean > 0 ? 1.5 : 1 };
  };
  return { features, of, draw };
}

const scoreOf = (own: MessageBeliefs, message: readonly number[], off: Float64Array): number => {
  const columns = own.features.columns(message);
  const { mean, sd } = own.of(columns);
  return mean + sd * columns.reduce((sum, j) => sum + off[j]!, 0);
};

describe('the best message of a draw', () => {
  test('is none that another one beats, where there are few', () => {
    for (let seed = 0; seed < 100; seed++) {
      const features = new SlotFeatures({ ...anySlots(seed), pairs: [['a', 'b']] });
      const all = allOf(features.combinations);
      if (all.length === 0 || !features.combinations.sets(256)) continue;
      const own = beliefs(features, seed);
      const best = bestMessage(own);
      for (let draw = 0; draw < 5; draw++) {
        const off = own.draw();
        const found = best(off);
        expect(all.map((message) => message.join())).toContain(found.join());
        const most = Math.max(...all.map((message) => scoreOf(own, message, off)));
        expect(scoreOf(own, found, off)).toBeCloseTo(most, 10);
      }
    }
  });

  test('is searched for where there are many: allowed, and no other piece makes it better', () => {
    const many: Slotted = {
      slots: { a: pieces('a', 9), b: pieces('b', 8), c: pieces('c', 7), d: pieces('d', 5) },
      pick: { d: 2 },
      pairs: [['a', 'b']],
      forbidden: [
        { a: 'a1', b: 'b1' },
        { a: 'a2', c: 'c3' },
        { b: 'b2', d: 'd1' },
      ],
    };
    const features = new SlotFeatures(many);
    const { combinations } = features;
    expect(combinations.sets(256)).toBeUndefined();
    const all = combinations.sets(10_000)!;
    let best = 0;
    for (let seed = 0; seed < 60; seed++) {
      const own = beliefs(features, seed);
      const off = own.draw();
      const found = bestMessage(own)(off);
      expect(combinations.allows(found)).toBe(true);
      expect(combinations.combinationOf(combinations.named(found))).toEqual(found);
      const score = scoreOf(own, found, off);
      for (const [step, slot] of combinations.steps.entries()) {
        const { start, ids } = combinations.slots[slot]!;
        for (let piece = start; piece < start + ids.length; piece++) {
          const other = found.with(step, piece);
          if (combinations.allows(other)) expect(scoreOf(own, other, off)).toBeLessThanOrEqual(score + 1e-12);
        }
      }
      const most = Math.max(...all.map((message) => scoreOf(own, message, off)));
      if (score > most - 1e-9) best++;
    }
    // what is found is most often what comparing all of them finds
    expect(best).toBeGreaterThan(30);
  });

  test('has the better of several pieces of one slot first', () => {
    const features = new SlotFeatures(ITEMS as Slotted);
    const off = Float64Array.of(0, 0, 3, 0, 1, 2);
    const flat: MessageBeliefs = { features, of: () => ({ mean: 0, sd: 1 }) };
    expect(features.combinations.named(bestMessage(flat)(off))).toEqual({ item: ['i2', 'i5'] });
  });
});
