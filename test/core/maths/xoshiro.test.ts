import { describe, expect, it } from 'vitest';
import { rngFromNumber, rngFromText, Xoshiro } from '../../../core/maths/xoshiro.ts';

describe('xoshiro128**', () => {
  // reference stream computed with the published C code, seeded by splitmix32(1)
  it('gives the reference stream', () => {
    const rng = rngFromNumber(1);
    expect([1, 2, 3, 4].map(() => rng.next32())).toEqual([393288148, 2174103013, 3814759091, 2092745082]);
    const uniform = rngFromNumber(1);
    expect([uniform.uniform(), uniform.uniform()]).toEqual([0.09156953175513294, 0.8881928137485323]);
    expect(rngFromNumber(1).normal()).toBeCloseTo(0.33449312836341266, 15);
  });

  it('never stands still, not even when seeded with zeros', () => {
    const rng = new Xoshiro([0, 0, 0, 0]);
    const numbers = new Set(Array.from({ length: 100 }, () => rng.next32()));
    expect(numbers.size).toBeGreaterThan(90);
  });

  it('gives one text one stream, and another text another', () => {
    const first = rngFromText('draw a');
    const again = rngFromText('draw a');
    const other = rngFromText('draw b');
    const stream = Array.from({ length: 5 }, () => first.uniform());
    expect(Array.from({ length: 5 }, () => again.uniform())).toEqual(stream);
    expect(Array.from({ length: 5 }, () => other.uniform())).not.toEqual(stream);
  });

  it('has the first two moments of a uniform and of a normal number', () => {
    const rng = rngFromNumber(7);
    const n = 200_000;
    let [u, uu, z, zz] = [0, 0, 0, 0];
    for (let i = 0; i < n; i++) {
      const [x, y] = [rng.uniform(), rng.normal()];
      [u, uu, z, zz] = [u + x, uu + x * x, z + y, zz + y * y];
    }
    // five standard errors
    expect(Math.abs(u / n - 1 / 2)).toBeLessThan(5 * Math.sqrt(1 / 12 / n));
    expect(Math.abs(uu / n - 1 / 3)).toBeLessThan(5 * Math.sqrt(4 / 45 / n));
    expect(Math.abs(z / n)).toBeLessThan(5 / Math.sqrt(n));
    expect(Math.abs(zz / n - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
  });
});
