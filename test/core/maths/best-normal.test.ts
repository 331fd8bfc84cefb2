import { describe, expect, it } from 'vitest';
import { bestNormalProbabilities } from '../../../core/maths/best-normal.ts';
import { normalCdf, normalPdf } from '../../../core/maths/normal.ts';
import { rngFromNumber } from '../../../core/maths/xoshiro.ts';

/** P(each is the largest) by a rule of 20,000 equal steps. */
function bruteForce(means: Float64Array, sds: Float64Array): number[] {
  const low = Math.max(...means.map((m, i) => m - 8 * sds[i]!));
  const high = Math.max(...means.map((m, i) => m + 8 * sds[i]!));
  const steps = 20_000;
  const wins = Array.from(means, () => 0);
  for (let n = 0; n < steps; n++) {
    const y = low + ((high - low) * (n + 0.5)) / steps;
    const below = Array.from(means, (m, i) => normalCdf((y - m) / sds[i]!));
    for (let a = 0; a < wins.length; a++) {
      const others = below.reduce((product, p, b) => (b === a ? product : product * p), 1);
      wins[a]! += (others * normalPdf((y - means[a]!) / sds[a]!) * (high - low)) / (sds[a]! * steps);
    }
  }
  return wins;
}

const of = (means: number[], sds: number[]): Float64Array =>
  bestNormalProbabilities(Float64Array.from(means), Float64Array.from(sds), new Float64Array(means.length));

describe('P(each normal is the largest)', () => {
  // widths that differ tenfold are where Gauss-Hermite rules go wrong by six points
  it.each([
    [2, 1, 10],
    [8, 0, 5],
    [8, 1, 5],
    [8, 2, 8],
    [50, 1, 1],
    [50, 0, 1],
  ])('agrees with brute force: %d options, log-widths that spread by %d', (k, spread, times) => {
    const rng = rngFromNumber(10 * k + spread);
    for (let n = 0; n < times; n++) {
      const means = Float64Array.from({ length: k }, () => 0.05 + 0.02 * rng.normal());
      const sds = Float64Array.from({ length: k }, () => 0.02 * Math.exp(spread * rng.normal()));
      const wins = bestNormalProbabilities(means, sds, new Float64Array(k));
      const reference = bruteForce(means, sds);
      for (let a = 0; a < k; a++) expect(Math.abs(wins[a]! - reference[a]!)).toBeLessThan(1e-4);
      expect(wins.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
    }
  });

  it('treats equals alike, one option as certain, and certainty as certain', () => {
    for (const p of of([3, 3, 3], [1, 1, 1])) expect(p).toBeCloseTo(1 / 3, 12);
    expect([...of([-4], [0.1])]).toEqual([1]);
    expect([...of([1, 1, 0], [0, 0, 0])]).toEqual([0.5, 0.5, 0]);
    expect([...of([0, 0], [0, 0])]).toEqual([0.5, 0.5]);
    expect([...of([2, 1], [0, 0])]).toEqual([1, 0]);
    expect(of([5, 0], [1e-9, 1])[0]).toBeCloseTo(1, 6);
  });

  it('does not mind the order of the options or their unit', () => {
    const forth = of([1, 2, 1.5, -3], [1, 0.2, 3, 0.5]);
    const back = of([-3, 1.5, 2, 1], [0.5, 3, 0.2, 1]);
    const large = of([1e6, 2e6, 1.5e6, -3e6], [1e6, 2e5, 3e6, 5e5]);
    for (let a = 0; a < 4; a++) {
      expect(back[3 - a]).toBeCloseTo(forth[a]!, 12);
      expect(large[a]).toBeCloseTo(forth[a]!, 12);
    }
  });
});
