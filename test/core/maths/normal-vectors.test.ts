import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { factorize, packedLength, quadratic, rowStart } from '../../../core/maths/cholesky.ts';
import { dot } from '../../../core/maths/dot.ts';
import type { NormalVector } from '../../../core/maths/normal-vectors.ts';
import { NormalVectors } from '../../../core/maths/normal-vectors.ts';
import { rngFromNumber } from '../../../core/maths/xoshiro.ts';

type Rng = ReturnType<typeof rngFromNumber>;

const normals = (rng: Rng, d: number): Float64Array => Float64Array.from({ length: d }, () => rng.normal());

/** A vector whose precision is `prior` on the diagonal and the sum of some x x', each `weight` times. */
function vectorOf(rng: Rng, rows: readonly Float64Array[], weight: number, prior: number): NormalVector {
  const d = rows[0]!.length;
  const precision = new Float64Array(packedLength(d));
  for (const x of rows) {
    for (let i = 0; i < d; i++) {
      for (let j = 0; j <= i; j++) precision[rowStart(i) + j]! += weight * x[i]! * x[j]!;
    }
  }
  for (let i = 0; i < d; i++) precision[rowStart(i) + i]! += prior;
  return { mean: normals(rng, d), factor: factorize(precision, d, precision) };
}

/** Largest relative difference of variances to those of a solve for each, and of means to the plain sum. */
function offBy(all: readonly NormalVector[], contexts: readonly Float64Array[], which: readonly number[]) {
  const d = contexts[0]!.length;
  const vectors = new NormalVectors(all, d);
  const means = new Float64Array(which.length);
  const variances = new Float64Array(which.length);
  let [mean, variance] = [0, 0];
  for (const x of contexts) {
    vectors.along(x, which, means, variances);
    for (const [i, a] of which.entries()) {
      const solved = quadratic(all[a]!.factor, x, new Float64Array(d));
      variance = Math.max(variance, Math.abs(variances[i]! / solved - 1));
      mean = Math.max(mean, Math.abs(means[i]! - dot(x, all[a]!.mean)));
    }
  }
  return { mean, variance };
}

describe('normal vectors', () => {
  it('have the mean and the variance that a solve for each of them gives, whichever are asked for in which order', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 11 }),
        fc.integer(),
        (d, count, seed) => {
          const rng = rngFromNumber(seed);
          const all = Array.from({ length: count }, () =>
            vectorOf(
              rng,
              Array.from({ length: 2 * d }, () => normals(rng, d)),
              1,
              1,
            ),
          );
          const contexts = Array.from({ length: 3 }, () =>
            normals(rng, d).map((z, j) => (j === 0 ? 1 : rng.uniform() < 0.5 ? z : 0)),
          );
          const which = [...all.keys()].filter((a) => a === count - 1 || rng.uniform() < 0.7).reverse();
          const off = offBy(all, contexts, which);
          expect(off.mean).toBeLessThan(1e-12);
          expect(off.variance).toBeLessThan(1e-11);
        },
      ),
      { seed: 1, numRuns: 60 },
    );
  });

  // columns that add up to the constant, and some that all but repeat others
  it.each([1e2, 1e4, 1e6, 1e8])(
    'keep to a solve where %d rows say of columns that they are the same',
    (n) => {
      const rng = rngFromNumber(2);
      const d = 17;
      for (const near of [1, 1e-3, 0]) {
        const contexts = Array.from({ length: 100 }, () => {
          const x = new Float64Array(d);
          x[0] = 1;
          for (let group = 0; group < 3; group++) x[1 + 4 * group + Math.floor(4 * rng.uniform())] = 1;
          for (let j = 13; j < d; j += 2) {
            x[j] = rng.normal();
            x[j + 1] = x[j]! + near * rng.normal();
          }
          return x;
        });
        const all = [0.1, 1, 10].map((prior) => vectorOf(rng, contexts, n / contexts.length, prior));
        const fresh = vectorOf(rng, [new Float64Array(d)], 0, 0.1);
        expect(offBy([...all, fresh], contexts, [0, 1, 2, 3]).variance).toBeLessThan(1e-8);
      }
    },
  );
});
