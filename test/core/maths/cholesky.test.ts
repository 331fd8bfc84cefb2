import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  factorize,
  inverseDiagonal,
  logDeterminant,
  packedLength,
  quadratic,
  rankOneUpdate,
  rowStart,
  solveLower,
  solveUpper,
} from '../../../core/maths/cholesky.ts';
import { rngFromNumber } from '../../../core/maths/xoshiro.ts';

const identity = (d: number): Float64Array => {
  const a = new Float64Array(packedLength(d));
  for (let i = 0; i < d; i++) a[rowStart(i) + i] = 1;
  return a;
};

/** Adds xx' to a packed matrix. */
function addOuter(a: Float64Array, x: Float64Array): void {
  for (let i = 0; i < x.length; i++) for (let j = 0; j <= i; j++) a[rowStart(i) + j]! += x[i]! * x[j]!;
}

/** Dense Gaussian elimination with pivoting: shares nothing with what it checks. */
function denseSolve(a: Float64Array, b: Float64Array): Float64Array {
  const d = b.length;
  const m = Array.from({ length: d }, (_, i) =>
    Array.from({ length: d + 1 }, (_, j) =>
      j === d ? b[i]! : a[i >= j ? rowStart(i) + j : rowStart(j) + i]!,
    ),
  );
  for (let k = 0; k < d; k++) {
    const pivot = m.findIndex(
      (row, i) => i >= k && Math.abs(row[k]!) === Math.max(...m.slice(k).map((r) => Math.abs(r[k]!))),
    );
    [m[k], m[pivot]] = [m[pivot]!, m[k]!];
    for (let i = 0; i < d; i++) {
      if (i === k) continue;
      const ratio = m[i]![k]! / m[k]![k]!;
      for (let j = k; j <= d; j++) m[i]![j]! -= ratio * m[k]![j]!;
    }
  }
  return Float64Array.from(m, (row, i) => row[d]! / row[i]!);
}

const dot = (x: Float64Array, y: Float64Array): number => x.reduce((sum, xi, i) => sum + xi * y[i]!, 0);

describe('the factor of a precision', () => {
  it('solves as a dense solver does', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.integer(), (d, seed) => {
        const rng = rngFromNumber(seed);
        const a = identity(d);
        const vector = (): Float64Array => Float64Array.from({ length: d }, () => rng.normal());
        for (let n = 0; n < 2 * d; n++) addOuter(a, vector());
        const b = vector();
        const reference = denseSolve(a, b);
        const l = factorize(a, d, new Float64Array(a.length));
        const x = solveUpper(l, solveLower(l, b, new Float64Array(d)), new Float64Array(d));
        for (let i = 0; i < d; i++) expect(x[i]).toBeCloseTo(reference[i]!, 9);
        expect(quadratic(l, b, new Float64Array(d))).toBeCloseTo(dot(b, reference), 9);
        const diagonal = inverseDiagonal(l, new Float64Array(d));
        for (let i = 0; i < d; i++) {
          const e = new Float64Array(d);
          e[i] = 1;
          expect(diagonal[i]).toBeCloseTo(denseSolve(a, e)[i]!, 9);
        }
      }),
      { seed: 1, numRuns: 50 },
    );
  });

  it('stays the factor through a million updates, near-duplicate columns and all', () => {
    const d = 12;
    const rng = rngFromNumber(3);
    const a = identity(d);
    const l = identity(d);
    const x = new Float64Array(d);
    for (let n = 0; n < 1_000_000; n++) {
      for (let i = 0; i < d; i++) x[i] = i % 2 === 0 ? Number(rng.uniform() < 0.2) : rng.uniform() - 0.5;
      x[d - 1] = x[1]! * (1 + 1e-3 * rng.uniform());
      addOuter(a, x);
      rankOneUpdate(l, x);
    }
    const fresh = factorize(a, d, new Float64Array(a.length));
    for (let i = 0; i < l.length; i++) expect(Math.abs(l[i]! / fresh[i]! - 1)).toBeLessThan(1e-8);
    expect(logDeterminant(l, d)).toBeCloseTo(logDeterminant(fresh, d), 8);
  });

  it('refuses what is not positive definite instead of drawing from something else', () => {
    expect(() => factorize(Float64Array.of(1, 2, 1), 2, new Float64Array(3))).toThrow(RangeError);
    expect(() => factorize(Float64Array.of(NaN), 1, new Float64Array(1))).toThrow(RangeError);
  });
});
