import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cohort } from '../../../../core/learn/models/delay.ts';
import { binOf, countNow, delayShares, ratioBins, shareAt } from '../../../../core/learn/models/delay.ts';
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
    const cohort = { at: 4 * i, sends, arrivals: new Float64Array(BINS.length) };
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
    const { options: shapes } = delayShares(options, BINS, 480);
    for (const [i, { mean }] of laws.entries()) {
      for (const [b, end] of BINS.entries()) {
        expect(Math.abs(shapes[i]![b]! - truth(mean, end))).toBeLessThan(0.06);
      }
    }
  });

  it('rise from 0 to 1 whatever was counted', () => {
    const cohort = fc.record({
      at: fc.integer({ min: 0, max: 400 }),
      sends: fc.integer({ min: 0, max: 50 }),
      arrivals: fc.constant(0).map(() => new Float64Array(BINS.length)),
    });
    fc.assert(
      fc.property(fc.array(cohort), fc.integer({ min: 0, max: 19 }), (cohorts, bin) => {
        for (const own of cohorts) own.arrivals[bin] = Math.min(own.sends, 3);
        const [shape] = delayShares([cohorts], BINS, 400).options;
        for (const [b, share] of shape!.entries()) {
          expect(share).toBeGreaterThanOrEqual(b === 0 ? 0 : shape![b - 1]! - 1e-12);
          expect(share).toBeLessThanOrEqual(1 + 1e-12);
        }
        expect(shape!.at(-1)).toBeCloseTo(1, 12);
        expect(shareAt(shape!, BINS, 0)).toBe(0);
        expect(shareAt(shape!, BINS, WINDOW + 1)).toBe(1);
      }),
      { seed: 2, numRuns: 100 },
    );
  });

  // zeros until something arrives make the fast option look twice as good; a cut after a day does so for ever
  it('judge a fast and a slow option of the same rate alike', () => {
    const laws = [
      { rate: 0.04, mean: 3, sends: 2_000 },
      { rate: 0.04, mean: 48, sends: 2_000 },
    ];
    const options = laws.map((law, i) => cohortsOf(law, 240, i + 3));
    const { options: shapes } = delayShares(options, BINS, 240);
    const rates = options.map((own, i) => {
      const { successes, failures } = countNow(own, shapes[i]!, BINS, 240);
      return successes / (successes + failures);
    });
    for (const [i, { rate, mean }] of laws.entries()) {
      const inWindow = rate * (1 - Math.exp(-WINDOW / mean));
      expect(Math.abs(rates[i]! / inWindow - 1)).toBeLessThan(0.08);
    }
  });

  it('does not mind the order in which cohorts are counted', () => {
    const own = cohortsOf({ rate: 0.05, mean: 20, sends: 50 }, 240, 5);
    const [forth] = delayShares([own], BINS, 240).options;
    const [back] = delayShares([[...own].reverse()], BINS, 240).options;
    for (const [b, share] of forth!.entries()) expect(back![b]).toBeCloseTo(share, 12);
  });
});
