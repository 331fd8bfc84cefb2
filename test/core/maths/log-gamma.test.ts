import { describe, expect, it } from 'vitest';
import { logBeta, logGamma } from '../../../core/maths/log-gamma.ts';

const closeTo = (actual: number, expected: number): void =>
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(2e-14 * Math.max(1, Math.abs(expected)));

describe('log-gamma', () => {
  it('is the logarithm of a factorial at whole numbers', () => {
    let sum = 0;
    for (let n = 1; n <= 170; n++) {
      closeTo(logGamma(n), sum);
      sum += Math.log(n);
    }
  });

  it('has its known values at halves', () => {
    closeTo(logGamma(0.5), Math.log(Math.PI) / 2);
    closeTo(logGamma(1.5), Math.log(Math.PI) / 2 - Math.log(2));
    closeTo(logGamma(2.5), Math.log(Math.PI) / 2 + Math.log(3 / 4));
  });

  it('goes like -ln x towards 0', () => {
    // ln Γ(x) = -ln x - γ x + π² x² / 12 + O(x³)
    for (const x of [1e-8, 1e-5]) {
      closeTo(logGamma(x), -Math.log(x) - 0.5772156649015329 * x + (Math.PI * x) ** 2 / 12);
    }
  });

  it('obeys the recurrence and the duplication formula', () => {
    for (const x of [0.01, 0.3, 0.49, 0.7, 1.3, 4.4, 25.25, 1234.5, 999_999.5]) {
      closeTo(logGamma(x + 1), logGamma(x) + Math.log(x));
      const doubled = logGamma(x) + logGamma(x + 0.5);
      closeTo(logGamma(2 * x), doubled - (1 - 2 * x) * Math.log(2) - Math.log(Math.PI) / 2);
    }
  });

  it('gives the beta function of small whole numbers', () => {
    closeTo(logBeta(1, 1), 0);
    closeTo(logBeta(2, 3), Math.log(1 / 12));
    closeTo(logBeta(10, 4), Math.log(1 / 2860));
  });
});
