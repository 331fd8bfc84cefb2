import { describe, expect, it } from 'vitest';
import { rngFromText } from '../../../core/maths/xoshiro.ts';
import type { OffPolicySample } from '../../../core/measure/off-policy.ts';
import {
  doublyRobust,
  effectiveSize,
  intervalOf,
  minus,
  selfNormalised,
  weightsOf,
} from '../../../core/measure/off-policy.ts';

const RATES = [0.1, 0.3, 0.6];
const LOGGED = [0.6, 0.3, 0.1];
const TARGET = [0.1, 0.3, 0.6];
const TRUTH = TARGET.reduce((sum, p, a) => sum + p * RATES[a]!, 0);

/** Decisions by `LOGGED`; `believed` is what a model expects of each option. */
function world(seed: string, believed: readonly number[], size = 800): OffPolicySample[] {
  const rng = rngFromText(seed);
  const expected = TARGET.reduce((sum, p, a) => sum + p * believed[a]!, 0);
  return Array.from({ length: size }, (_, i) => {
    const u = rng.uniform();
    const option = u < 0.6 ? 0 : u < 0.9 ? 1 : 2;
    const reward = Number(rng.uniform() < RATES[option]!);
    return {
      ...{ person: `p${i}`, reward, logged: LOGGED[option]!, target: TARGET[option]! },
      ...{ modelled: believed[option]!, expected },
    };
  });
}

/** Of many worlds: mean of the estimates, and the share of intervals that hold the truth. */
function repeated(
  estimate: typeof doublyRobust,
  believed: readonly number[],
): { mean: number; held: number } {
  const worlds = 400;
  let [mean, held] = [0, 0];
  for (let i = 0; i < worlds; i++) {
    const samples = world(`world ${i}`, believed);
    const { value, interval } = intervalOf(estimate(samples, weightsOf(samples)), samples);
    mean += value / worlds;
    held += Number(interval.low <= TRUTH && TRUTH <= interval.high) / worlds;
  }
  return { mean, held };
}

describe('what another policy would have earned', () => {
  it.each([
    ['self-normalised', selfNormalised, [0, 0, 0]],
    ['doubly robust, the model right', doublyRobust, RATES],
    ['doubly robust, the model wrong', doublyRobust, [0.5, 0.5, 0.1]],
  ] as const)(
    '%s: hits it on average, and intervals hold it as often as they say',
    (_, estimate, believed) => {
      const { mean, held } = repeated(estimate, believed);
      // 400 worlds of 800 decisions: a standard error below 0.002
      expect(Math.abs(mean - TRUTH)).toBeLessThan(0.008);
      // 400 x 0.95 has a standard deviation of 0.011
      expect(held).toBeGreaterThan(0.91);
      expect(held).toBeLessThan(0.985);
    },
  );

  it('a model that is right makes the interval narrower', () => {
    const width = (estimate: typeof doublyRobust): number => {
      const samples = world('one', RATES);
      const { interval } = intervalOf(estimate(samples, weightsOf(samples)), samples);
      return interval.high - interval.low;
    };
    expect(width(doublyRobust)).toBeLessThan(width(selfNormalised));
  });

  it('of the policy that was followed it is the mean of what was earned', () => {
    const samples = world('same', RATES).map((sample) => ({ ...sample, target: sample.logged }));
    const mean = samples.reduce((sum, { reward }) => sum + reward, 0) / samples.length;
    expect(selfNormalised(samples, weightsOf(samples)).value).toBeCloseTo(mean, 12);
    expect(effectiveSize(weightsOf(samples))).toBeCloseTo(samples.length, 8);
  });

  it('the difference of a policy and itself is nothing, without doubt', () => {
    const samples = world('same', RATES);
    const one = selfNormalised(samples, weightsOf(samples));
    const { value, interval } = intervalOf(minus(one, one), samples);
    expect([value, interval.high - interval.low]).toEqual([0, 0]);
  });

  it('many decisions of one person are not as sure as those of many', () => {
    const samples = world('clustered', RATES);
    const alike = samples.map((sample, i) => ({
      ...sample,
      person: `p${i % 20}`,
      reward: Number(i % 20 < 6),
    }));
    const width = (of: OffPolicySample[]): number => {
      const { interval } = intervalOf(selfNormalised(of, weightsOf(of)), of);
      return interval.high - interval.low;
    };
    expect(width(alike)).toBeGreaterThan(
      2 * width(alike.map((sample, i) => ({ ...sample, person: `q${i}` }))),
    );
  });

  it('cuts a weight off at the square root of the number of decisions', () => {
    const sample = { person: 'p', reward: 1, logged: 0.001, target: 1, modelled: 0, expected: 0 };
    expect([...weightsOf([sample, { ...sample, logged: 1 }, sample, sample])]).toEqual([2, 1, 2, 2]);
    expect(effectiveSize(Float64Array.of(2, 0, 0))).toBe(1);
  });
});
