/** Weights of one option as a model believes them: their means, and the Cholesky factor of their precision. */
export interface Belief {
  mean: Float64Array;
  factor: Float64Array;
}

/** What is known of the weights of one option beside the prior of all: what is added to their means, and to their variances. */
export interface Told {
  offset: Float64Array;
  unsure: Float64Array;
}

/** What is known of the options beside what all have in common; learned with it. */
export interface BesidePrior {
  /** Of each option. */
  readonly told: readonly Told[];
  /** One round of learning from the options' beliefs. */
  step(beliefs: readonly Belief[]): void;
}

/** Strength of the first guesses, in weights. */
const GUESS_STRENGTH = 4;
/** First guess of the variance of the options' constants, and of their other weights, in squared log-odds. */
const CONSTANT_VARIANCE = 0.25;
const WEIGHT_VARIANCE = 0.2;
/** Share of it for bends, crosses and pairs, which are smaller than what they are made of (Hill et al. 2017: 4 to 16). */
const SECOND_ORDER = 0.25;
/** First guess of the variance of what options have in common, and its strength. */
const COMMON_VARIANCE = 0.05;
const COMMON_STRENGTH = 10;
/** Variance of the constant that options have in common: from 0.1 % to 70 % within two standard deviations. */
const COMMON_CONSTANT_VARIANCE = 4;
/** A group of weights is believed to vary at least and at most so much: separable data ask for infinity. */
const LEAST = 0.003;
const MOST = 9;

export interface GroupSettings {
  /** false: all means but the constant's stay 0, for a model with one set of weights. */
  pooled?: boolean | undefined;
  /** Groups of bends, crosses and pairs. */
  secondOrder?: readonly number[] | undefined;
}

/**
 * What the options' weights have in common: weight `j` of every option is drawn from N(mean[j], variance[group of j]),
 * and mean[j] itself from N(0, common). Both variances are learned from all options together (Nabi, Nassif, Hong, Mamani,
 * Imbens, "Bayesian Meta-Prior Learning Using Empirical Bayes", 2020), by expectation maximisation with the uncertainty
 * of the weights and of the means counted in, and held to a first guess worth a few weights.
 */
export class GroupPrior {
  /** Group of each feature, counted from 0; feature 0 is the constant and alone in group 0. */
  readonly groups: readonly number[];
  readonly mean: Float64Array;
  readonly variance: Float64Array;
  /** What the variances are held to. */
  readonly guess: Float64Array;
  common = COMMON_VARIANCE;
  /** Of how many features, from the first, the means are learned. */
  readonly shared: number;

  constructor(groups: readonly number[], { pooled = true, secondOrder = [] }: GroupSettings = {}) {
    this.shared = pooled ? groups.length : 1;
    if (groups[0] !== 0 || groups.indexOf(0, 1) !== -1) throw new RangeError('group 0 is the constant alone');
    this.groups = groups;
    this.mean = new Float64Array(groups.length);
    this.variance = new Float64Array(Math.max(...groups) + 1).fill(WEIGHT_VARIANCE);
    this.variance[0] = CONSTANT_VARIANCE;
    for (const group of secondOrder) this.variance[group]! *= SECOND_ORDER;
    this.guess = this.variance.slice();
  }

  varianceOf(feature: number): number {
    return this.variance[this.groups[feature]!]!;
  }

  /**
   * One round of learning from the options' beliefs.
   * @param variances of each weight of each belief
   * @param beside what is known of the options besides, such as their labels
   */
  step(beliefs: readonly Belief[], variances: readonly Float64Array[], beside?: BesidePrior): void {
    const k = beliefs.length;
    const unsure = this.#learnMeans(beliefs, beside);
    beside?.step(beliefs);
    const sum = this.guess.map((guess) => GUESS_STRENGTH * guess);
    const count = new Float64Array(sum.length).fill(GUESS_STRENGTH);
    for (const [a, { mean }] of beliefs.entries()) {
      const own = variances[a]!;
      const told = beside?.told[a];
      for (let j = 0; j < mean.length; j++) {
        // of a weight: what is left of it when its labels are taken into account
        const apart = mean[j]! - this.mean[j]! - (told?.offset[j] ?? 0);
        sum[this.groups[j]!]! += apart ** 2 + (told?.unsure[j] ?? 0) + own[j]! + unsure[j]!;
      }
    }
    for (const group of this.groups) count[group]! += k;
    for (let g = 0; g < sum.length; g++) {
      this.variance[g] = Math.min(MOST, Math.max(LEAST, sum[g]! / count[g]!));
    }
  }

  /** Moves the means; returns how unsure each is. */
  #learnMeans(beliefs: readonly Belief[], beside: BesidePrior | undefined): Float64Array {
    const unsure = new Float64Array(this.mean.length);
    let common = COMMON_STRENGTH * COMMON_VARIANCE;
    for (let j = 0; j < this.shared; j++) {
      const within = this.varianceOf(j);
      const across = j === 0 ? COMMON_CONSTANT_VARIANCE : this.common;
      const precision = beliefs.length / within + 1 / across;
      let sum = 0;
      for (const { mean } of beliefs) sum += mean[j]! / within;
      if (beside) for (const { offset } of beside.told) sum -= offset[j]! / within;
      this.mean[j] = sum / precision;
      unsure[j] = 1 / precision;
      if (j > 0) common += this.mean[j]! ** 2 + unsure[j]!;
    }
    if (this.shared > 1) this.common = common / (COMMON_STRENGTH + unsure.length - 1);
    return unsure;
  }
}
