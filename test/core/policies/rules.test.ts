import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rngFromNumber } from '../../../core/maths/xoshiro.ts';
import { fixedSplit } from '../../../core/policies/fixed-split.ts';
import { topTwo } from '../../../core/policies/top-two.ts';
import { guardTraffic } from '../../../core/policies/traffic-guard.ts';
import { sum } from '../../support/statistics.ts';

const probabilities = fc
  .array(fc.double({ min: 1e-6, max: 1, noNaN: true }), { minLength: 2, maxLength: 12 })
  .map((raw) => Float64Array.from(raw, (p) => p / sum(raw)));

describe('top-two Thompson', () => {
  it('has the propensities that playing it has', () => {
    const wins = Float64Array.of(0.6, 0.25, 0.1, 0.05);
    const rng = rngFromNumber(4);
    const best = (): number => {
      let left = rng.uniform();
      return wins.findIndex((p) => (left -= p) < 0);
    };
    const counts = [0, 0, 0, 0];
    const n = 200_000;
    for (let i = 0; i < n; i++) {
      const leader = best();
      let chosen = leader;
      if (rng.uniform() >= 0.5) while (chosen === leader) chosen = best();
      counts[chosen]!++;
    }
    const p = topTwo(wins, new Float64Array(4));
    expect(sum(p)).toBeCloseTo(1, 12);
    for (const [a, count] of counts.entries()) {
      expect(Math.abs(count / n - p[a]!)).toBeLessThan(5 * Math.sqrt(0.25 / n));
    }
  });

  it('keeps challengers where the best is certain, and one option where there is one', () => {
    expect([...topTwo(Float64Array.of(0, 1, 0), new Float64Array(3))]).toEqual([0.25, 0.5, 0.25]);
    expect([...topTwo(Float64Array.of(1), new Float64Array(1))]).toEqual([1]);
  });

  it('sums to 1', () => {
    fc.assert(
      fc.property(probabilities, (wins) => {
        expect(sum(topTwo(wins, new Float64Array(wins.length)))).toBeCloseTo(1, 9);
      }),
      { seed: 5 },
    );
  });
});

describe('a fixed split', () => {
  it('keeps the proportions of the options that are left', () => {
    const shares = Float64Array.of(0.5, 0.3, 0.2);
    expect([...fixedSplit(shares, [1, 2], new Float64Array(2))]).toEqual([0.6, 0.4]);
    expect([...fixedSplit(Float64Array.of(1, 0, 0), [1, 2], new Float64Array(2))]).toEqual([0.5, 0.5]);
    expect(() => fixedSplit(shares, [], new Float64Array(0))).toThrow(RangeError);
    expect(() => fixedSplit(Float64Array.of(-1, 2), [0, 1], new Float64Array(2))).toThrow(RangeError);
  });
});

describe('the traffic guard', () => {
  it('holds new options to their share and loses no probability', () => {
    fc.assert(
      fc.property(probabilities, fc.double({ min: 0.01, max: 0.5, noNaN: true }), (p, most) => {
        const limits = Float64Array.from(p, (_, a) => (a === 0 ? 1 : most));
        const guarded = guardTraffic(p.slice(), limits);
        expect(sum(guarded)).toBeCloseTo(1, 9);
        for (let a = 1; a < p.length; a++) expect(guarded[a]).toBeLessThanOrEqual(most + 1e-9);
      }),
      { seed: 6 },
    );
  });

  it('shares what nobody may have', () => {
    const p = guardTraffic(Float64Array.of(0.5, 0.5), Float64Array.of(0.2, 0.2));
    expect([...p]).toEqual([0.5, 0.5]);
  });
});
