import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cohort } from '../../../../core/learn/models/delay.ts';
import { binOf, delayShares, ratioBins } from '../../../../core/learn/models/delay.ts';
import { rngFromNumber } from '../../../../core/maths/xoshiro.ts';

const WINDOW = 168;
const BINS = ratioBins(1, WINDOW, 20);

interface Law {
  rate: number;
  mean: number;
  sends: number;
}

/** Cohorts of sends every four hours for `hours`, with exponential delays, as known at the end. */
function cohortsOf({ rate, mean, sends }: Law, hours: number, seed: number): Cohort[] {
  const rng = rngFromNumber(seed);
  return Array.from({ length: hours / 4 }, (_, i) => {
    const age = hours - 4 * i;
    const own = [{ count: sends, youngest: age, oldest: age }];
    const cohort = { sends: own, arrivals: new Float64Array(BINS.length) };
    for (let n = 0; n < sends; n++) {
      const delay = -mean * Math.log(1 - rng.uniform());
      const known = rng.uniform() < rate && delay <= WINDOW && 4 * i + delay <= hours;
      if (known) cohort.arrivals[binOf(BINS, delay)]!++;
    }
    return cohort;
  });
}

const truth = (mean: number, age: number): number =>
  (1 - Math.exp(-age / mean)) / (1 - Math.exp(-WINDOW / mean));

describe('delay shares', () => {
  it('find the law of each option, while windows are still open', () => {
    const laws = [
      { rate: 0.04, mean: 3, sends: 400 },
      { rate: 0.04, mean: 48, sends: 400 },
    ];
    const options = laws.map((law, i) => cohortsOf(law, 480, i + 1));
    const { options: shapes } = delayShares(options, BINS);
    for (const [i, { mean }] of laws.entries()) {
      for (const [b, end] of BINS.entries()) {
        expect(Math.abs(shapes[i]!.shares[b]! - truth(mean, end))).toBeLessThan(0.06);
      }
    }
  });

  it('rise from 0 to 1 whatever was counted', () => {
    const cohort = fc.record({
      sends: fc
        .record({ count: fc.integer({ min: 0, max: 50 }), age: fc.nat(400), width: fc.nat(100) })
        .map(({ count, age, width }) => [{ count, youngest: age, oldest: age + width }]),
      arrivals: fc.constant(0).map(() => new Float64Array(BINS.length)),
    });
    fc.assert(
      fc.property(fc.array(cohort), fc.integer({ min: 0, max: 19 }), (cohorts, bin) => {
        for (const own of cohorts) own.arrivals[bin] = Math.min(own.sends[0]!.count, 3);
        const [curve] = delayShares([cohorts], BINS).options;
        const { shares } = curve!;
        for (const [b, share] of shares.entries()) {
          expect(share).toBeGreaterThanOrEqual(b === 0 ? 0 : shares[b - 1]! - 1e-12);
          expect(share).toBeLessThanOrEqual(1 + 1e-12);
        }
        expect(shares.at(-1)).toBeCloseTo(1, 12);
        expect(curve!.at(0)).toBe(0);
        expect(curve!.at(WINDOW + 1)).toBe(1);
      }),
      { seed: 2, numRuns: 100 },
    );
  });

  it('does not mind the order in which cohorts are counted', () => {
    const own = cohortsOf({ rate: 0.05, mean: 20, sends: 50 }, 240, 5);
    const [forth] = delayShares([own], BINS).options;
    const [back] = delayShares([[...own].reverse()], BINS).options;
    for (const [b, share] of forth!.shares.entries()) expect(back!.shares[b]).toBeCloseTo(share, 12);
  });
});
