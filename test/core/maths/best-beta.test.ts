import { describe, expect, it } from 'vitest';
import type { Beta } from '../../../core/maths/best-beta.ts';
import { bestBetaProbabilities } from '../../../core/maths/best-beta.ts';
import { rngFromNumber } from '../../../core/maths/xoshiro.ts';
import { bestByBruteForce } from '../../support/beta-reference.ts';

/** What the record of every decision promises. */
const PROMISED = 1e-3;

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, x) => total + x, 0);

function worst(shapes: readonly Beta[], reference: readonly number[] = bestByBruteForce(shapes)): number {
  const found = bestBetaProbabilities(shapes);
  return Math.max(...reference.map((p, i) => Math.abs(p - found[i]!)));
}

describe('the brute force that checks', () => {
  it('knows what can be known without it', () => {
    const [a, b] = [3, 5];
    const known = [a / (a + b), b / (a + b)];
    bestByBruteForce([
      { alpha: a, beta: 1 },
      { alpha: b, beta: 1 },
    ]).forEach((p, i) => expect(p).toBeCloseTo(known[i]!, 4));
  });
});

describe('P(each option is the best)', () => {
  it('is 1 for one option and equal for equal ones', () => {
    expect([...bestBetaProbabilities([{ alpha: 3, beta: 90 }])]).toEqual([1]);
    for (const k of [2, 3, 7, 50]) {
      for (const shape of [
        { alpha: 1, beta: 29 },
        { alpha: 0.003, beta: 3_000 },
        { alpha: 4_000, beta: 0.01 },
        { alpha: 1e6, beta: 1e6 },
      ]) {
        for (const p of bestBetaProbabilities(Array.from({ length: k }, () => shape))) {
          expect(p).toBeCloseTo(1 / k, 12);
        }
      }
    }
  });

  // X = U^(1/a) has the distribution Beta(a, 1), and the largest of those is the i-th with probability a_i / sum a
  it('is a_i / sum a for Beta(a_i, 1), from hopeless to certain', () => {
    for (const shapes of [
      [1, 2, 3, 4],
      [1e-4, 2e-4, 5e-5],
      [0.01, 0.3, 0.02, 0.9, 0.7],
      [50, 1e3, 1e5, 1e6],
      [1e-3, 1, 1e3],
    ]) {
      const betas = shapes.map((alpha) => ({ alpha, beta: 1 }));
      expect(
        worst(
          betas,
          shapes.map((alpha) => alpha / sum(shapes)),
        ),
      ).toBeLessThan(PROMISED / 5);
    }
  });

  it('is right for what e-mail programmes look like, with up to 50 options', () => {
    const rng = rngFromNumber(21);
    for (const k of [2, 5, 12, 50]) {
      const shapes = Array.from({ length: k }, () => {
        const trials = 10 ** (1 + 3 * rng.uniform());
        const rate = 0.005 + 0.05 * rng.uniform();
        return { alpha: 1 + trials * rate, beta: 29 + trials * (1 - rate) };
      });
      expect(worst(shapes)).toBeLessThan(PROMISED);
    }
  });

  it('is right before the first success, when the first shape is next to nothing', () => {
    for (const trials of [300, 3_000, 30_000, 1e6]) {
      const alpha = 30 / (30 + trials);
      const shapes = [0.6, 0.3, 0.1].map((share) => ({ alpha, beta: 30 + trials * share }));
      expect(worst(shapes)).toBeLessThan(PROMISED);
      expect(worst([{ ...shapes[0]!, alpha: alpha + 0.01 }, shapes[1]!])).toBeLessThan(PROMISED);
      // the mirror image: a goal of what should not happen, which never did
      const mirrored = shapes.map((shape) => ({ alpha: shape.beta, beta: shape.alpha }));
      expect(worst(mirrored)).toBeLessThan(PROMISED);
    }
  });

  it('is right for extreme shapes side by side', () => {
    const rng = rngFromNumber(22);
    for (let run = 0; run < 40; run++) {
      const k = 2 + Math.floor(rng.uniform() * 6);
      const shape = (): number => 10 ** (-4 + 10 * rng.uniform());
      const shapes = Array.from({ length: k }, () => ({ alpha: shape(), beta: shape() }));
      expect(worst(shapes), JSON.stringify(shapes)).toBeLessThan(PROMISED);
    }
    for (const beta of [0.05, 0.5, 0.9]) {
      expect(worst([1, 1.2, 2].map((alpha) => ({ alpha, beta })))).toBeLessThan(PROMISED);
    }
  });

  it('sums to 1, is never negative and does not depend on the order', () => {
    const rng = rngFromNumber(23);
    for (let run = 0; run < 100; run++) {
      const k = 1 + Math.floor(rng.uniform() * 50);
      const shapes = Array.from({ length: k }, () => ({
        alpha: 10 ** (-3 + 8 * rng.uniform()),
        beta: 10 ** (-3 + 8 * rng.uniform()),
      }));
      const wins = bestBetaProbabilities(shapes);
      expect(Math.abs(sum(wins) - 1)).toBeLessThan(1e-12);
      expect(Math.min(...wins)).toBeGreaterThanOrEqual(0);
      const backwards = [...bestBetaProbabilities([...shapes].reverse())].reverse();
      for (const [i, p] of backwards.entries()) expect(Math.abs(p - wins[i]!)).toBeLessThan(1e-9);
    }
  });
});
