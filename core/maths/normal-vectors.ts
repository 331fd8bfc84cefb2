import { quadratic } from './cholesky.ts';
import type { FourMatrices } from './four-matrices.ts';
import { dotFour, FOUR, fourFrom, invertFour, quadraticFour } from './four-matrices.ts';

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
  /** Means and covariances of four of them side by side. */
  readonly #fours: ({ means: FourMatrices; covariances: FourMatrices } | undefined)[] = [];
  /** Of the four that were asked about last (`dotFour`, `quadraticFour`). */
  readonly #means = new Float64Array(FOUR);
  readonly #squares = new Float64Array(2 * FOUR);
  readonly #work: Float64Array;

  /** @param d length of each */
  constructor(all: readonly NormalVector[], d: number) {
    this.#all = all;
    this.#work = new Float64Array(d);
  }

  /** Mean and variance of x'w of the vectors `which`, into arrays that are as long or longer. */
  along(x: Float64Array, which: readonly number[], means: Float64Array, variances: Float64Array): void {
    const places: number[] = [];
    const values: number[] = [];
    for (let j = 0; j < x.length; j++) {
      if (x[j] === 0) continue;
      places.push(FOUR * j);
      values.push(x[j]!);
    }
    let known = -1;
    for (let i = 0; i < which.length; i++) {
      const a = which[i]!;
      const place = a % FOUR;
      const four = (a - place) / FOUR;
      if (four !== known) {
        const own = (this.#fours[four] ??= this.#fourOf(four));
        dotFour(own.means, places, values, this.#means);
        quadraticFour(own.covariances, places, values, this.#squares);
      }
      known = four;
      means[i] = this.#means[place]!;
      const variance = this.#squares[place]!;
      const sure = variance > LEAST * this.#squares[FOUR + place]!;
      variances[i] = sure ? variance : quadratic(this.#all[a]!.factor, x, this.#work);
    }
  }

  #fourOf(four: number): { means: FourMatrices; covariances: FourMatrices } {
    const from = (all: readonly Float64Array[]): FourMatrices => fourFrom(all, FOUR * four);
    const covariances = from(this.#all.map(({ factor }) => factor));
    invertFour(covariances, this.#work.length);
    return { means: from(this.#all.map(({ mean }) => mean)), covariances };
  }
}
