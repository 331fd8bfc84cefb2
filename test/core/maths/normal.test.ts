import { describe, expect, it } from 'vitest';
import { normalCdf, normalPdf, normalQuantile } from '../../../core/maths/normal.ts';

// SciPy 1.17, scipy.stats.norm (November 2026)
const CDF = [
  [-37.5, 4.605353009581954e-308],
  [-30, 4.906713927147908e-198],
  [-10, 7.61985302416047e-24],
  [-7.2, 3.010627981117422e-13],
  [-5, 2.866515718791933e-7],
  [-3, 0.0013498980316300933],
  [-1, 0.15865525393145707],
  [-0.1, 0.460172162722971],
  [0, 0.5],
  [2, 0.9772498680518208],
  [6, 0.9999999990134123],
] as const;
const QUANTILES = [
  [1e-300, -37.0470962993612],
  [1e-20, -9.262340089798409],
  [0.01, -2.3263478740408408],
  [0.2, -0.8416212335729142],
  [0.5, 0],
  [0.7, 0.5244005127080407],
  [0.999999, 4.753424308817087],
] as const;

describe('the standard normal', () => {
  it.each(CDF)('has P(Z <= %d) = %d', (x, p) => {
    expect(Math.abs(normalCdf(x) - p)).toBeLessThan(1e-12 * p);
  });

  it.each(QUANTILES)('has the quantile of %d at %d', (p, x) => {
    expect(Math.abs(normalQuantile(p) - x)).toBeLessThan(1e-14 * Math.max(1, Math.abs(x)));
  });

  it('has ends', () => {
    expect([normalQuantile(0), normalQuantile(1)]).toEqual([-Infinity, Infinity]);
    expect([normalCdf(-60), normalCdf(60)]).toEqual([0, 1]);
    expect(normalPdf(0)).toBeCloseTo(0.3989422804014327, 15);
  });

  it('has a distribution function that grows as its density says', () => {
    for (let x = -6; x < 6; x += 0.01) {
      const h = 1e-4;
      expect((normalCdf(x + h) - normalCdf(x - h)) / (2 * h)).toBeCloseTo(normalPdf(x), 7);
    }
  });
});
