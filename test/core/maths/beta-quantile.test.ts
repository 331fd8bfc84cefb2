import { describe, expect, it } from 'vitest';
import { betaCdf, betaQuantile } from '../../../core/maths/beta-quantile.ts';

const P = [0.001, 0.025, 0.2, 0.5, 0.9, 0.975, 0.999];

/** P(at least k of n) with probability x each: the value of the incomplete beta function at whole numbers. */
function atLeast(k: number, n: number, x: number): number {
  let term = (1 - x) ** n;
  let below = 0;
  for (let i = 0; i < k; i++) {
    below += term;
    term *= ((n - i) / (i + 1)) * (x / (1 - x));
  }
  return 1 - below;
}

describe('distribution function of a Beta', () => {
  it('is the binomial tail at whole shapes', () => {
    for (const [k, n] of [
      [1, 1],
      [3, 10],
      [12, 40],
      [5, 300],
    ] as const) {
      for (const x of [0.001, 0.02, 0.3, 0.5, 0.8])
        expect(betaCdf(x, k, n - k + 1)).toBeCloseTo(atLeast(k, n, x), 11);
    }
  });

  it('stands still outside (0, 1) and mirrors', () => {
    expect([betaCdf(-1, 2, 3), betaCdf(0, 2, 3), betaCdf(1, 2, 3), betaCdf(7, 2, 3)]).toEqual([0, 0, 1, 1]);
    for (const x of [0.01, 0.4, 0.77])
      expect(betaCdf(x, 31, 970)).toBeCloseTo(1 - betaCdf(1 - x, 970, 31), 11);
  });
});

describe('quantile of a Beta', () => {
  it('is known in closed form for some shapes', () => {
    for (const p of P) {
      expect(betaQuantile(p, 1, 1)).toBeCloseTo(p, 10);
      expect(betaQuantile(p, 4, 1)).toBeCloseTo(p ** (1 / 4), 10);
      expect(betaQuantile(p, 1, 30)).toBeCloseTo(1 - (1 - p) ** (1 / 30), 10);
      expect(betaQuantile(p, 0.5, 0.5)).toBeCloseTo(Math.sin((Math.PI * p) / 2) ** 2, 10);
    }
  });

  it('is the median of a symmetric one at one half, however sharp', () => {
    for (const a of [0.5, 3, 1e3, 1e6]) expect(betaQuantile(0.5, a, a)).toBeCloseTo(0.5, 10);
  });

  it('inverts the distribution function', () => {
    for (const [a, b] of [
      [2, 60],
      [31, 970],
      [500, 1e5],
      [1e5, 9e5],
    ] as const) {
      for (const p of P) expect(betaCdf(betaQuantile(p, a, b), a, b)).toBeCloseTo(p, 6);
    }
  });

  it('covers: 95 % of a large Beta is inside its normal interval', () => {
    const [a, b] = [4e5, 6e5];
    const sd = Math.sqrt((a * b) / ((a + b) ** 2 * (a + b + 1)));
    expect(betaQuantile(0.975, a, b)).toBeCloseTo(0.4 + 1.959964 * sd, 5);
    expect(betaQuantile(0.025, a, b)).toBeCloseTo(0.4 - 1.959964 * sd, 5);
  });
});
