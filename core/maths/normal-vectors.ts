import { quadratic } from './cholesky.ts';
import type { FourMatrices } from './four-matrices.ts';
import { FOUR, fourFrom, invertFour, quadraticFour } from './four-matrices.ts';

/** A normal vector: its mean, and the Cholesky factor of its precision, packed (`cholesky.ts`). */
export interface NormalVector {
  mean: Float64Array;
  factor: Float64Array;
}

/**
 * A variance that is a smaller share than this of what its columns' own variances add up to is solved for instead. It is what is left of numbers
 * so much larger, and as much less exact: by the rounding of a double over the share, measured on columns that all but repeat others.
 */
const LEAST = 1e-6;

/**
 * Normal vectors of one length, to be asked for the mean and the variance of x'w of many of them for one x after another. Covariances
 * are worked out, of four vectors at a time, when one of the four is first asked for; from then on only the columns cost anything in
 * which x is not 0. A variance is what a solve with the factor gives, up to a relative 1e-9.
 */
export class NormalVectors {
  readonly #all: readonly NormalVector[];
  readonly #covariances: (FourMatrices | undefined)[] = [];
  /** Of four of them (`quadraticFour`). */
  readonly #four = new Float64Array(2 * FOUR);
  readonly #work: Float64Array;

  /** @param d length of each */
  constructor(all: readonly NormalVector[], d: number) {
    this.#all = all;
    this.#work = new Float64Array(d);
  }

  /** Mean and variance of x'w of the vectors `which`, into arrays of the same length. */
  along(x: Float64Array, which: readonly number[], means: Float64Array, variances: Float64Array): void {
    const columns: number[] = [];
    const places: number[] = [];
    const values: number[] = [];
    for (let j = 0; j < x.length; j++) {
      if (x[j] === 0) continue;
      columns.push(j);
      places.push(FOUR * j);
      values.push(x[j]!);
    }
    let known = -1;
    for (let i = 0; i < which.length; i++) {
      const a = which[i]!;
      const place = a % FOUR;
      const four = (a - place) / FOUR;
      if (four !== known) quadraticFour(this.#covariancesOf(four), places, values, this.#four);
      known = four;
      const { mean, factor } = this.#all[a]!;
      let sum = 0;
      for (let j = 0; j < columns.length; j++) sum += values[j]! * mean[columns[j]!]!;
      means[i] = sum;
      const variance = this.#four[place]!;
      const sure = variance > LEAST * this.#four[FOUR + place]!;
      variances[i] = sure ? variance : quadratic(factor, x, this.#work);
    }
  }

  #covariancesOf(four: number): FourMatrices {
    let own = this.#covariances[four];
    if (!own) {
      this.#covariances[four] = own = fourFrom(
        this.#all.map(({ factor }) => factor),
        FOUR * four,
      );
      invertFour(own, this.#work.length);
    }
    return own;
  }
}
