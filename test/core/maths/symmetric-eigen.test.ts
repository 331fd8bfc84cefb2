import { describe, expect, it } from 'vitest';
import { dot } from '../../../core/maths/dot.ts';
import { symmetricEigen } from '../../../core/maths/symmetric-eigen.ts';
import { rngFromNumber } from '../../../core/maths/xoshiro.ts';

/** Rows x rows' of a random matrix with fewer columns than rows, so that some eigenvalues are 0. */
function gram(n: number, rank: number): Float64Array[] {
  const rng = rngFromNumber(n);
  const rows = Array.from({ length: n }, () => Float64Array.from({ length: rank }, () => rng.normal()));
  return rows.map((row) => Float64Array.from(rows, (other) => dot(row, other)));
}

describe('eigenvalues of a symmetric matrix', () => {
  it.each([
    [1, 1],
    [5, 3],
    [50, 12],
  ])('and their vectors make it again: %d rows of rank %d', (n, rank) => {
    const matrix = gram(n, rank);
    const { values, vectors } = symmetricEigen(matrix);
    for (const [i, axis] of vectors.entries()) {
      for (const [k, row] of matrix.entries()) expect(dot(row, axis)).toBeCloseTo(values[i]! * axis[k]!, 9);
      for (const [k, other] of vectors.entries()) expect(dot(axis, other)).toBeCloseTo(Number(i === k), 9);
    }
    expect(values.filter((value) => value > 1e-9)).toHaveLength(rank);
  });

  it('of a diagonal one are its diagonal', () => {
    const diagonal = [Float64Array.of(3, 0), Float64Array.of(0, -2)];
    expect([...symmetricEigen(diagonal).values]).toEqual([3, -2]);
  });
});
