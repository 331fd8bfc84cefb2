import type { NormalRng } from '../../contracts/rng.ts';
import {
  inverseDiagonal,
  logDeterminant,
  packedLength,
  packedQuadratic,
  quadratic,
  rowStart,
  solveUpper,
} from '../../maths/cholesky.ts';
import type { Evidence } from './evidence.ts';
import { dot } from '../../maths/dot.ts';
import { NormalVectors } from '../../maths/normal-vectors.ts';
import { solve } from './evidence.ts';
import type { Belief } from './group-prior.ts';
import { GroupPrior } from './group-prior.ts';
import type { SharedLabels } from './label-prior.ts';
import { LabelPrior } from './label-prior.ts';
import type { RewardSums } from './reward-sums.ts';
import { FIRST_TRIALS, rewardsOf } from './reward-sums.ts';

/** Trials that the noise of all options is worth in that of each. */
const NOISE_TRIALS = 30;
/** Rounds of expectation maximisation. */
const ROUNDS = 8;
/**
 * Standard deviations that are drawn with, as a share of the posterior's: where nothing but the options' own averages
 * tells them apart, and where context does, which explores by itself since persons differ (docs/learning.md).
 */
const SCALE_AVERAGES = 0.7;
const SCALE_CONTEXT = 0.3;

/** How the columns of a context belong together (`core/learn/features/encode.ts`). */
export interface Columns {
  groups: readonly number[];
  secondOrder?: readonly number[] | undefined;
  /** false: options have nothing in common but the constant (`group-prior.ts`). */
  pooled?: boolean | undefined;
}

export interface PooledSettings {
  /** Where some options have labels that others do not (`label-prior.ts`). */
  labels?: SharedLabels | undefined;
  /** Share of the posterior's standard deviation that is drawn with; absent: by what context explains. */
  scale?: number | undefined;
}

/** What is worked out of one option. */
interface Own {
  sums: RewardSums;
  evidence: Evidence;
  belief: Belief;
  /** Variance of each weight. */
  variances: Float64Array;
  /** Variance of a reward about what is expected. */
  noise: number;
  /** Sum of the squares of rewards about their mean. */
  squares: number;
}

/**
 * Bayesian linear regression of the reward on the context, one set of weights for each option, from sums only. What the
 * options' weights have in common is learned (`group-prior.ts`), and so is the noise, which is held to that of all options.
 *
 * Rewards are counted from their mean, in units of their variance over their size. For coins that is p (1 - p), and the
 * model is the logistic one linearised at p: so a prior in log-odds fits rewards of any size and rate.
 */
export class PooledLinear {
  readonly columns: Columns;
  readonly prior: GroupPrior;
  /** Mean of all rewards, and what one unit of a weight is in rewards. */
  readonly centre: number;
  readonly unit: number;
  /** What a reward is when there is one: their mean square over their mean size. */
  readonly size: number;
  /** Share of the posterior's standard deviation that is drawn with. */
  readonly scale: number;
  readonly #options: readonly Own[];
  readonly #weights: NormalVectors;
  readonly #labels: LabelPrior | undefined;
  readonly #work: Float64Array;

  constructor(columns: Columns, known: readonly RewardSums[], { labels, scale }: PooledSettings = {}) {
    const { groups, secondOrder, pooled } = columns;
    const d = groups.length;
    this.columns = columns;
    this.prior = new GroupPrior(groups, { secondOrder, pooled });
    this.#labels = labels && new LabelPrior(labels, this.prior);
    this.#work = new Float64Array(d);
    const { mean, variance, size } = rewardsOf(known);
    this.centre = mean;
    this.size = size;
    this.unit = variance / size;
    const noise = variance / this.unit ** 2;
    this.#options = known.map((sums) => ({
      sums,
      evidence: { information: new Float64Array(packedLength(d)), response: new Float64Array(d) },
      belief: { mean: new Float64Array(d), factor: new Float64Array(packedLength(d)) },
      variances: new Float64Array(d),
      noise,
      squares: (sums.squares - 2 * mean * sums.response[0]! + sums.weight * mean * mean) / this.unit ** 2,
    }));
    const beliefs = this.#options.map(({ belief }) => belief);
    const variances = this.#options.map((own) => own.variances);
    for (let round = 0; round < ROUNDS; round++) {
      for (const [a, own] of this.#options.entries()) this.#resolve(own, a);
      this.#learnNoise(noise);
      this.prior.step(beliefs, variances, this.#labels);
    }
    for (const [a, own] of this.#options.entries()) this.#resolve(own, a);
    this.#weights = new NormalVectors(beliefs, d);
    this.scale = scale ?? this.#scaleOfDraws();
  }

  /** Sum of feature `j` times reward, rewards counted from their mean in units. */
  #response({ response, information }: RewardSums, j: number): number {
    return (response[j]! - this.centre * information[rowStart(j)]!) / this.unit;
  }

  /** Variance and mean of weight `j` of option `a` before its rewards are known. */
  #prior(a: number, j: number): { variance: number; mean: number } {
    const { prior } = this;
    const told = this.#labels?.told[a];
    return {
      variance: prior.varianceOf(j) + (told?.unsure[j] ?? 0),
      mean: prior.mean[j]! + (told?.offset[j] ?? 0),
    };
  }

  /** Brings one option in line with the prior and its noise. */
  #resolve({ sums, evidence, belief, variances, noise }: Own, a: number): void {
    const { information, response } = evidence;
    for (let i = 0; i < information.length; i++) information[i] = sums.information[i]! / noise;
    for (let j = 0; j < response.length; j++) response[j] = this.#response(sums, j) / noise;
    solve(this.prior, evidence, belief, this.#labels?.told[a]);
    inverseDiagonal(belief.factor, variances);
  }

  /** Noise from what the beliefs leave unexplained: of all options first, then of each, held to it. */
  #learnNoise(guess: number): void {
    const left = this.#options.map(({ sums, belief: { mean }, variances, squares }, a) => {
      let [explained, spent] = [0, 0];
      for (let j = 0; j < mean.length; j++) {
        explained += 2 * mean[j]! * this.#response(sums, j);
        spent += 1 - variances[j]! / this.#prior(a, j).variance;
      }
      const residual = squares - explained + packedQuadratic(sums.information, mean);
      return { residual: Math.max(0, residual), trials: Math.max(0, sums.weight - spent) };
    });
    const residual = left.reduce((sum, own) => sum + own.residual, FIRST_TRIALS * guess);
    const trials = left.reduce((sum, own) => sum + own.trials, FIRST_TRIALS);
    for (const [a, own] of left.entries()) {
      const held = (NOISE_TRIALS * residual) / trials;
      this.#options[a]!.noise = (held + own.residual) / (NOISE_TRIALS + own.trials);
    }
  }

  /** By the share of what tells options apart that no context explains: 1 without context, near 0 where it is everything. */
  #scaleOfDraws(): number {
    const d = this.#work.length;
    const apart = (j: number): number => this.prior.varianceOf(j) + (this.#labels?.spread(j) ?? 0);
    const constant = apart(0);
    const total = this.#options.reduce((sum, { sums }) => sum + sums.weight, 0);
    let explained = total > 0 ? 0 : d - 1;
    for (let j = 1; j < d && total > 0; j++) {
      let [sum, squares] = [0, 0];
      for (const { sums } of this.#options) {
        sum += sums.information[rowStart(j)]!;
        squares += sums.information[rowStart(j) + j]!;
      }
      explained += apart(j) * Math.max(0, squares / total - (sum / total) ** 2);
    }
    const share = constant / (constant + explained);
    return Math.sqrt(SCALE_AVERAGES ** 2 * share + SCALE_CONTEXT ** 2 * (1 - share));
  }

  /**
   * Log-probability of all rewards before any weight was known, but for terms that are the same for every model of the same
   * rewards (Gelman et al., "Bayesian Data Analysis", 3rd ed., 14.8).
   */
  get evidence(): number {
    return -this.#options.reduce((sum, { sums, belief, evidence, noise, squares }, a) => {
      const { mean, factor } = belief;
      let twice = squares / noise + sums.weight * Math.log(noise * this.unit ** 2);
      twice += logDeterminant(factor, mean.length);
      for (let j = 0; j < mean.length; j++) {
        const prior = this.#prior(a, j);
        twice += Math.log(prior.variance) + prior.mean ** 2 / prior.variance;
        twice -= mean[j]! * (evidence.response[j]! + prior.mean / prior.variance);
      }
      return sum + twice / 2;
    }, 0);
  }

  /** Weights of option `a`, in units: their mean, and of a draw of all of them together how far it is from that, into `out`. */
  means(a: number): Float64Array {
    return this.#options[a]!.belief.mean;
  }

  deviate(a: number, rng: NormalRng, out: Float64Array): Float64Array {
    for (let j = 0; j < out.length; j++) out[j] = rng.normal();
    return solveUpper(this.#options[a]!.belief.factor, out, out);
  }

  /** Expected reward of option `a`, and the variance of that belief. */
  mean(x: Float64Array, a: number): number {
    return this.centre + this.unit * dot(x, this.#options[a]!.belief.mean);
  }

  variance(x: Float64Array, a: number): number {
    return this.unit ** 2 * quadratic(this.#options[a]!.belief.factor, x, this.#work);
  }

  /**
   * What would be believed of option `a` had it never been tried, by what the others have in common and its labels; and the variance of one
   * reward about what is expected, by which that counts as so many trials.
   */
  untried(x: Float64Array, a: number): { mean: number; variance: number; noise: number } {
    let [mean, variance] = [0, 0];
    for (let j = 0; j < x.length; j++) {
      const prior = this.#prior(a, j);
      mean += x[j]! * prior.mean;
      variance += x[j]! ** 2 * prior.variance;
    }
    const square = this.unit ** 2;
    const { noise } = this.#options[a]!;
    return { mean: this.centre + this.unit * mean, variance: square * variance, noise: square * noise };
  }

  /** Mean and variance of many options in one context, for one context after another, into arrays that are as long or longer. */
  along(x: Float64Array, options: readonly number[], means: Float64Array, variances: Float64Array): void {
    this.#weights.along(x, options, means, variances);
    for (let i = 0; i < options.length; i++) {
      means[i] = this.centre + this.unit * means[i]!;
      variances[i] = this.unit ** 2 * variances[i]!;
    }
  }

  /** What feature `j` adds to the expected reward of option `a` for each unit it has, and the variance of that belief. */
  weight(a: number, j: number): { mean: number; variance: number } {
    return { mean: this.meanWeight(a, j), variance: this.unit ** 2 * this.#options[a]!.variances[j]! };
  }

  meanWeight(a: number, j: number): number {
    return this.unit * this.#options[a]!.belief.mean[j]! + (j === 0 ? this.centre : 0);
  }
}
