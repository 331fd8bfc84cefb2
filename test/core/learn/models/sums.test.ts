import { describe, expect, it } from 'vitest';
import { Encoder } from '../../../../core/learn/features/encode.ts';
import type { OrderSize, OrderSums } from '../../../../core/learn/models/value.ts';
import { orderSizes } from '../../../../core/learn/models/value.ts';
import { rngFromNumber } from '../../../../core/maths/xoshiro.ts';

describe('the worth of orders', () => {
  /** Orders of about `worth`, log-normal with a standard deviation of `sd`. */
  function shop(orders: number, worth: number, seed: number, sd = 0.5): OrderSums {
    const rng = rngFromNumber(seed);
    const logs = Array.from({ length: orders }, () => Math.log(worth) + sd * rng.normal());
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
    // the mean of the logarithms: mean^2 / square is exp(-s2)
    const log = ({ mean, square }: OrderSize): number => Math.log(mean) + Math.log(mean ** 2 / square) / 2;
    expect(log(own!) - log(other!)).toBeCloseTo(
      (5 * centre + Math.log(0.5)) / 6 - (5 * centre + 1_000 * Math.log(0.01)) / 1_005,
      9,
    );
  });

  it('is known of options whose orders are spread differently: a few large ones may be the business', () => {
    // means 68 and 56 ten thousandths; by their logarithms alone the other is ahead
    const [wide, narrow] = [shop(5_000, 0.0033, 2, 1.2), shop(5_000, 0.0049, 3)];
    const [own, other] = orderSizes([wide, narrow]);
    expect(Math.abs(own!.mean / 0.0068 - 1)).toBeLessThan(0.15);
    expect(Math.abs(other!.mean / 0.0056 - 1)).toBeLessThan(0.15);
    expect(own!.mean).toBeGreaterThan(other!.mean);
  });

  it('is no more than the cap', () => {
    for (const { mean, square } of orderSizes([sums([0, 0, 0]), sums([]), sums([-5, 0])])) {
      expect(mean).toBeLessThanOrEqual(1);
      expect(square).toBeLessThanOrEqual(mean);
    }
  });
});

describe('the encoder', () => {
  const encoder = new Encoder({
    features: [
      { name: 'age', kind: 'number', middle: 40, scale: 10 },
      { name: 'member', kind: 'category', levels: ['yes'] },
      { name: 'plan', kind: 'category', levels: ['free', 'pro'] },
    ],
    crosses: [{ left: 'member', right: 'plan' }],
  });

  /** The columns that are not 0, by what they say. */
  const told = (...values: Parameters<Encoder['encode']>[0]): Record<string, number> =>
    Object.fromEntries(
      [...encoder.encode(values)].flatMap((x, j) => (x === 0 ? [] : [[encoder.labels[j]!, x] as const])),
    );

  it('gives every kind of value its columns', () => {
    expect(told(50, 'yes', 'pro')).toEqual({
      constant: 1,
      age: 1,
      'age far from its middle': expect.closeTo(1 - Math.sqrt(2 / Math.PI), 12),
      'member = yes': 1,
      'plan = pro': 1,
      'member = yes and plan = pro': 1,
    });
    // the constant; missing, the number and its bend; missing, another and each level of a category; pairs of levels
    expect(encoder.features).toBe(1 + 3 + 3 + 4 + 3 * 4);
    expect(encoder.groups).toHaveLength(encoder.features);
    expect(encoder.secondOrder).toEqual([2, 5]);
  });

  it('tells missing, unknown and absurd values apart from each other', () => {
    const alone = ['constant', 'age missing', 'member missing', 'plan missing'];
    expect(Object.keys(told())).toEqual([...alone, 'member missing and plan missing']);
    expect(told(50, false, 'other')).toMatchObject({
      'member = another': 1,
      'plan = another': 1,
    });
    expect(told(1_700_000_000).age).toBe(5);
    for (const age of [NaN, Infinity, 'old', undefined]) {
      expect(told(age)['age missing']).toBe(1);
      expect(told(age).age).toBeUndefined();
    }
  });

  it('refuses a cross of what was not declared', () => {
    expect(() => new Encoder({ features: [], crosses: [{ left: 'a', right: 'b' }] })).toThrow(RangeError);
  });
});
