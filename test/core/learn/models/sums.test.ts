import { describe, expect, it } from 'vitest';
import { Encoder, learnScale } from '../../../../core/learn/features/encode.ts';
import { segmentPosteriors } from '../../../../core/learn/models/segments.ts';
import type { OrderSums } from '../../../../core/learn/models/value.ts';
import { orderSizes } from '../../../../core/learn/models/value.ts';
import { rngFromNumber } from '../../../../core/maths/xoshiro.ts';

describe('the worth of orders', () => {
  /** Orders of about `worth`, log-normal with a standard deviation of 0.5. */
  function shop(orders: number, worth: number, seed: number): OrderSums {
    const rng = rngFromNumber(seed);
    const logs = Array.from({ length: orders }, () => Math.log(worth) + 0.5 * rng.normal());
    return sums(logs);
  }
  const sums = (logs: readonly number[]): OrderSums => ({
    orders: logs.length,
    logs: logs.reduce((sum, log) => sum + log, 0),
    squares: logs.reduce((sum, log) => sum + log * log, 0),
  });

  it('is the mean of a log-normal, and its square the mean of the squares', () => {
    const [own] = orderSizes([shop(500, 0.01, 1)]);
    // exp(mu + s2 / 2) and exp(2 mu + 2 s2)
    expect(Math.abs(own!.mean / (0.01 * Math.exp(0.125)) - 1)).toBeLessThan(0.08);
    expect(Math.abs(own!.square / (1e-4 * Math.exp(0.5)) - 1)).toBeLessThan(0.2);
  });

  it('is held to that of all options by five orders', () => {
    const [few, many] = [sums([Math.log(0.5)]), sums(Array<number>(1_000).fill(Math.log(0.01)))];
    const [own, other] = orderSizes([few, many]);
    const centre = (Math.log(0.5) + 1_000 * Math.log(0.01)) / 1_001;
    expect(Math.log(own!.mean / other!.mean)).toBeCloseTo(
      (5 * centre + Math.log(0.5)) / 6 - (5 * centre + 1_000 * Math.log(0.01)) / 1_005,
      9,
    );
  });

  it('is no more than the cap', () => {
    for (const { mean, square } of orderSizes([sums([0, 0, 0]), sums([]), sums([-5, 0])])) {
      expect(mean).toBeLessThanOrEqual(1);
      expect(square).toBeLessThanOrEqual(mean);
    }
  });
});

describe('segments', () => {
  /** 30 segments of 400 trials, rates 5 % shifted by `tau` standard normals in log-odds. */
  const tallies = (tau: number) => {
    const rng = rngFromNumber(5);
    return [0, 1, 2].map(() =>
      Array.from({ length: 30 }, () => {
        const p = 1 / (1 + Math.exp(2.94 - tau * rng.normal()));
        let successes = 0;
        for (let t = 0; t < 400; t++) successes += Number(rng.uniform() < p);
        return { successes, trials: 400 };
      }),
    );
  };
  const prior = (tau: number): number => {
    const [{ alpha, beta } = { alpha: 0, beta: 0 }] = segmentPosteriors(tallies(tau))[0]!;
    return alpha + beta - 400;
  };

  it('lend each other as many trials as they are alike', () => {
    expect(prior(0)).toBeGreaterThan(500);
    expect(prior(0.3)).toBeGreaterThan(100);
    expect(prior(0.3)).toBeLessThan(600);
    expect(prior(1)).toBeLessThan(60);
  });

  it('are proper before anything is known', () => {
    const [[own]] = segmentPosteriors([[{ successes: 0, trials: 0 }]]) as [[{ alpha: number; beta: number }]];
    expect(own.alpha).toBeGreaterThan(0);
    expect(own.alpha / (own.alpha + own.beta)).toBeCloseTo(1 / 30, 6);
  });
});

describe('the encoder', () => {
  const encoder = new Encoder({
    features: [
      { name: 'age', kind: 'number', middle: 40, scale: 10 },
      { name: 'member', kind: 'flag' },
      { name: 'plan', kind: 'category', levels: ['free', 'pro'] },
    ],
    crosses: [{ left: 'member', right: 'plan' }],
  });

  it('gives every kind of value its columns', () => {
    const x = [...encoder.encode({ age: 50, member: true, plan: 'pro' })];
    const bend = 1 - Math.sqrt(2 / Math.PI);
    expect(x.slice(0, 10)).toEqual([1, 0, 1, expect.closeTo(bend, 12), 0, 1, 0, 0, 0, 1]);
    expect(x.slice(10)).toEqual([0, 0, 0, 0, 0, 0, 0, 1]);
    expect(encoder.features).toBe(18);
    expect(encoder.groups).toHaveLength(18);
    expect(encoder.secondOrder).toEqual([2, 5]);
  });

  it('tells missing, unknown and absurd values apart from each other', () => {
    const x = (context: Parameters<Encoder['encode']>[0]): number[] =>
      [...encoder.encode(context)].slice(0, 10);
    expect(x({})).toEqual([1, 1, 0, 0, 1, 0, 1, 0, 0, 0]);
    expect(x({ age: 40, member: false, plan: 'other' }).slice(4)).toEqual([0, 0, 0, 1, 0, 0]);
    expect(x({ age: 1_700_000_000 })[2]).toBe(5);
    for (const age of [NaN, Infinity, 'old', undefined]) expect(x({ age }).slice(1, 4)).toEqual([1, 0, 0]);
  });

  it('freezes the scale that it learned', () => {
    expect(learnScale([1, 3, NaN])).toEqual({ middle: 2, scale: 1 });
    expect(learnScale([5, 5])).toEqual({ middle: 5, scale: 1 });
    expect(learnScale([])).toEqual({ middle: 0, scale: 1 });
  });

  it('refuses a cross of what was not declared', () => {
    expect(() => new Encoder({ features: [], crosses: [{ left: 'a', right: 'b' }] })).toThrow(RangeError);
  });
});
