import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { draw } from '../../../core/decide/draw.ts';
import { rngFromNumber } from '../../../core/maths/xoshiro.ts';
import type { ContextPolicy } from '../../../core/policies/context-policy.ts';
import { EXPLORATION } from '../../../core/policies/context-policy.ts';
import { LinearThompson } from '../../../core/policies/linear-thompson.ts';
import { surprise } from '../../support/statistics.ts';

const FEATURES = 4;
const OPTIONS = 5;

function person(rng: { normal(): number; uniform(): number }): Float64Array {
  const other = rng.uniform() < 0.5;
  return Float64Array.of(1, rng.normal(), Number(other), Number(!other));
}

/** Option `a` is rewarded more the nearer feature 1 is to a / 2 - 1. */
const chanceOf = (x: Float64Array, a: number): number => 0.03 + 0.2 * Math.exp(-((x[1]! - a / 2 + 1) ** 2));

function taught<P extends ContextPolicy>(policy: P, rounds: number, seed = 1): P {
  const rng = rngFromNumber(seed);
  for (let t = 0; t < rounds; t++) {
    const x = person(rng);
    const option = Math.floor(rng.uniform() * OPTIONS);
    policy.learn({ x, option, reward: Number(rng.uniform() < chanceOf(x, option)), weight: 1 });
  }
  return policy;
}

const ask = (policy: ContextPolicy, x: Float64Array, eligible: readonly number[]): number[] => [
  ...policy.propensities(x, eligible, new Float64Array(eligible.length)),
];

const kinds = [{ name: 'linear-thompson', make: () => new LinearThompson(FEATURES, OPTIONS) }];

describe.each(kinds)('$name', ({ make }) => {
  it('draws each option as often as its logged propensity says, whatever the guardrails left', () => {
    const policy = taught(make(), 3_000);
    const rng = rngFromNumber(2);
    const cells = new Map<string, { count: number; expected: number }>();
    for (let situation = 0; situation < 20; situation++) {
      const x = person(rng);
      const eligible = [0, 1, 2, 3, 4].filter(() => rng.uniform() < 0.7);
      if (eligible.length === 0) continue;
      const p = ask(policy, x, eligible);
      const options = eligible.map((a, i) => ({ option: `${a}`, propensity: p[i]!, score: 0 }));
      for (let n = 0; n < 50_000; n++) {
        const key = `${situation} ${draw(options, rng).option}`;
        const cell = cells.get(key) ?? { count: 0, expected: 0 };
        cells.set(key, { ...cell, count: cell.count + 1 });
      }
      for (const [i, a] of eligible.entries()) {
        const key = `${situation} ${a}`;
        cells.set(key, { count: cells.get(key)?.count ?? 0, expected: 50_000 * p[i]! });
      }
    }
    // p < 0.001 for one test in a thousand; the seed is fixed
    expect(surprise([...cells.values()])).toBeLessThan(3.09);
  });

  it('gives every eligible option its share of one exploration budget, and sums to 1', () => {
    const policy = taught(make(), 2_000);
    fc.assert(
      fc.property(
        fc.subarray([0, 1, 2, 3, 4], { minLength: 1 }),
        fc.double({ min: -5, max: 5, noNaN: true }),
        (eligible, z) => {
          const p = ask(policy, Float64Array.of(1, z, 1, 0), eligible);
          expect(p.reduce((sum, own) => sum + own, 0)).toBeCloseTo(1, 9);
          for (const own of p) expect(own).toBeGreaterThanOrEqual(EXPLORATION / eligible.length - 1e-12);
        },
      ),
      { seed: 3, numRuns: 200 },
    );
  });

  it('answers the same twice: asking teaches nothing', () => {
    const policy = taught(make(), 500);
    const x = Float64Array.of(1, 0.3, 0, 1);
    const first = ask(policy, x, [0, 2, 4]);
    ask(policy, x, [1, 3]);
    expect(ask(policy, x, [0, 2, 4])).toEqual(first);
  });

  it('treats equals alike, one option as certain and no option as a mistake', () => {
    const policy = make();
    const x = Float64Array.of(1, 0, 0, 1);
    for (const p of ask(policy, x, [0, 1, 2, 3])) expect(p).toBeCloseTo(0.25, 9);
    expect(ask(policy, x, [3])[0]).toBeCloseTo(1, 12);
    expect(() => ask(policy, x, [])).toThrow(RangeError);
  });

  it('refuses what is not a number, and stays as it was', () => {
    const policy = taught(make(), 200);
    const good = Float64Array.of(1, 0.3, 0, 1);
    const before = ask(policy, good, [0, 1]);
    for (const bad of [NaN, Infinity]) {
      const x = Float64Array.of(1, bad, 0, 1);
      expect(() => ask(policy, x, [0, 1])).toThrow(RangeError);
      expect(() => policy.learn({ x, option: 0, reward: 1, weight: 1 })).toThrow(RangeError);
    }
    expect(ask(policy, good, [0, 1])).toEqual(before);
  });

  it('does not mind in which order options are asked for', () => {
    const policy = taught(make(), 1_000);
    const x = Float64Array.of(1, -0.5, 1, 0);
    const forth = ask(policy, x, [0, 1, 2, 3, 4]);
    const back = ask(policy, x, [4, 3, 2, 1, 0]).reverse();
    for (const [i, p] of forth.entries()) expect(back[i]).toBeCloseTo(p, 9);
  });

  it('explores a new option, and remembers one that was away', () => {
    const policy = taught(make(), 3_000);
    const x = Float64Array.of(1, -1, 1, 0);
    const before = ask(policy, x, [0, 4]);
    const added = policy.addOption();
    expect(added).toBe(OPTIONS);
    const [known, fresh] = ask(policy, x, [4, added]);
    expect(fresh).toBeGreaterThan(0.1);
    expect(known! + fresh!).toBeCloseTo(1, 9);
    ask(policy, x, [1, 2]);
    expect(ask(policy, x, [0, 4])).toEqual(before);
  });

  it('finds the option that suits the person', () => {
    const policy = taught(make(), 20_000);
    expect(ask(policy, Float64Array.of(1, -1, 1, 0), [0, 4])[0]).toBeGreaterThan(0.9);
    expect(ask(policy, Float64Array.of(1, 1, 1, 0), [0, 4])[1]).toBeGreaterThan(0.9);
  });
});
