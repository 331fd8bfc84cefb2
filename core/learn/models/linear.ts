import {
  factorize,
  logDeterminant,
  packedLength,
  quadratic,
  rowStart,
  solveLower,
  solveUpper,
} from '../../maths/cholesky.ts';
import { dot } from '../../maths/dot.ts';
import type { FourMatrices } from '../../maths/four-matrices.ts';
import { FOUR, fourFrom, solveFour } from '../../maths/four-matrices.ts';

/** Normal-inverse-gamma prior of one option: precision of the weights, and shape and scale of the noise variance. */
export interface NoisePrior {
  precision: number;
  /** Precision of all weights but the constant's; absent: the same. */
  slopes?: number | undefined;
  /** Half of the prior's number of observations. */
  shape: number;
  /** Shape times the variance of rewards that is guessed. */
  scale: number;
}

/** Worth two observations; a variance like that of rewards at a rate of 5 %. */
export const DEFAULT_NOISE: NoisePrior = { precision: 1, shape: 1, scale: 0.05 };

/** Sums over the rows of one option. */
export interface RowSums {
  /** Sum of the weights. */
  weight: number;
  /** Packed lower triangle of the sum of x x'. */
  information: ArrayLike<number>;
  /** Sum of x times reward. */
  response: ArrayLike<number>;
  /** Sum of the squares of rewards. */
  squares: number;
}

/** What is known of one option: sums over its rows, and what follows from them. */
export interface LinearOption {
  factor: Float64Array;
  mean: Float64Array;
  shape: number;
  scale: number;
  information: Float64Array;
  response: Float64Array;
}

/**
 * Disjoint Bayesian linear regression whose noise is learned (normal-inverse-gamma; Gelman et al., "Bayesian Data
 * Analysis", 3rd ed., 14.2): no knob stands for the size of rewards. What it knows follows from sums over rows.
 */
export class LinearModel {
  readonly features: number;
  readonly prior: NoisePrior;
  readonly options: LinearOption[] = [];
  readonly #work: Float64Array;
  /** Factors of four options side by side, since one was last known anew. */
  #fours: (FourMatrices | undefined)[] = [];
  readonly #vectors: number[];
  readonly #squares = new Float64Array(FOUR);

  constructor(features: number, options: number, prior: NoisePrior = DEFAULT_NOISE) {
    this.features = features;
    this.prior = prior;
    this.#work = new Float64Array(features);
    this.#vectors = new Array<number>(FOUR * features).fill(0);
    for (let a = 0; a < options; a++) this.addOption();
  }

  addOption(): number {
    const d = this.features;
    const own: LinearOption = {
      factor: new Float64Array(packedLength(d)),
      mean: new Float64Array(d),
      shape: this.prior.shape,
      scale: this.prior.scale,
      information: new Float64Array(packedLength(d)),
      response: new Float64Array(d),
    };
    this.#solve(own);
    return this.options.push(own) - 1;
  }

  #precision(feature: number): number {
    const { precision, slopes = precision } = this.prior;
    return feature === 0 ? precision : slopes;
  }

  /**
   * Log-probability of the rows of all options before any weight was known, but for terms that do not depend on the prior of
   * the weights (Gelman et al., 14.8).
   */
  get evidence(): number {
    let prior = 0;
    for (let i = 0; i < this.features; i++) prior += Math.log(this.#precision(i));
    return this.options.reduce(
      (sum, { factor, shape, scale }) =>
        sum + (prior - logDeterminant(factor, this.features)) / 2 - shape * Math.log(scale),
      0,
    );
  }

  #solve(own: LinearOption): void {
    this.#fours = [];
    own.factor.set(own.information);
    for (let i = 0; i < this.features; i++) own.factor[rowStart(i) + i]! += this.#precision(i);
    factorize(own.factor, this.features, own.factor);
    solveLower(own.factor, own.response, own.mean);
    solveUpper(own.factor, own.mean, own.mean);
  }

  /**
   * Replaces what is known of an option by what sums over its rows say. The noise is the difference of two sums here; it is
   * right as long as the sums are and the context does not explain the reward to the last digit.
   */
  know(option: number, { weight, information, response, squares }: RowSums): void {
    const own = this.options[option]!;
    own.information.set(information);
    own.response.set(response);
    this.#solve(own);
    const z = solveLower(own.factor, own.response, this.#work);
    own.shape = this.prior.shape + weight / 2;
    own.scale = this.prior.scale + Math.max(0, squares - dot(z, z)) / 2;
  }

  /** Means and standard deviations of the expected reward of the `eligible` options. */
  score(x: Float64Array, eligible: readonly number[], means: Float64Array, sds: Float64Array): void {
    const together = eligible.length >= FOUR;
    let known = -1;
    for (let i = 0; i < eligible.length; i++) {
      const a = eligible[i]!;
      const own = this.options[a]!;
      const place = a % FOUR;
      const four = (a - place) / FOUR;
      if (together && four !== known) solveFour(this.#fourOf(four), x, this.#vectors, this.#squares);
      known = four;
      const square = together ? this.#squares[place]! : quadratic(own.factor, x, this.#work);
      means[i] = dot(x, own.mean);
      sds[i] = Math.sqrt((own.scale / own.shape) * square);
    }
  }

  #fourOf(four: number): FourMatrices {
    return (this.#fours[four] ??= fourFrom(
      this.options.map(({ factor }) => factor),
      FOUR * four,
    ));
  }
}
