import { logistic } from './evidence.ts';
import type { SharedLabels } from './label-prior.ts';
import type { Columns } from './pooled-linear.ts';
import { PooledLinear } from './pooled-linear.ts';
import type { RewardSums } from './reward-sums.ts';

/** How many nats of evidence against it context is forgiven: it needs more trials to pay than averages do. */
const FORGIVEN = 10;
/** Below this weight a model is not asked. */
const NEGLIGIBLE = 1e-3;
const CONSTANT = Float64Array.of(1);

export interface ContextSettings {
  /** Where some options have labels that others do not. */
  labels?: SharedLabels | undefined;
  /** Whether context is believed whatever it pays, and drawn with all of its doubt. */
  always?: boolean;
}

/** A belief of a reward: its mean and its standard deviation. */
export interface Moments {
  mean: number;
  sd: number;
}

/**
 * What is believed of options by a model with context and one without, each as much as the rewards so far speak for it
 * (Bayesian model averaging; the two are summed up by mean and variance).
 */
export class ContextBeliefs {
  readonly full: PooledLinear;
  readonly flat: PooledLinear;
  /** Weight of the model with context, in [0, 1]. */
  readonly weight: number;
  /** What is drawn of each option without context. */
  readonly #flat: readonly Moments[];

  constructor(
    columns: Columns,
    known: readonly RewardSums[],
    { labels, always = false }: ContextSettings = {},
  ) {
    this.full = new PooledLinear(columns, known, { labels, scale: always ? 1 : undefined });
    const constant = columns.groups.length === 1;
    this.flat = constant || always ? this.full : new PooledLinear({ groups: [0] }, known, { labels });
    this.weight = constant ? 0 : always ? 1 : this.#weightOfContext();
    this.#flat = this.weight === 1 ? [] : known.map((_, a) => moments(this.flat, CONSTANT, a, true));
  }

  #weightOfContext(): number {
    const weight = logistic(this.full.evidence - this.flat.evidence + FORGIVEN);
    return weight < NEGLIGIBLE ? 0 : weight > 1 - NEGLIGIBLE ? 1 : weight;
  }

  /** @param scaled whether with the doubt that is drawn with, or with all of it */
  belief(x: Float64Array, a: number, scaled: boolean): Moments {
    const { full, flat, weight } = this;
    if (weight === 0) return moments(flat, CONSTANT, a, scaled);
    const own = moments(full, x, a, scaled);
    return weight === 1 ? own : mixed(own, moments(flat, CONSTANT, a, scaled), weight);
  }

  /**
   * The same of many options in one context, for one context after another, with the doubt that is drawn with, into arrays that are
   * as long or longer.
   */
  drawn(x: Float64Array, options: readonly number[], means: Float64Array, sds: Float64Array): void {
    const { full, weight } = this;
    if (weight > 0) full.along(x, options, means, sds);
    for (let i = 0; i < options.length; i++) {
      const flat = this.#flat[options[i]!]!;
      const own = { mean: means[i]!, sd: full.scale * Math.sqrt(sds[i]!) };
      const both = weight === 0 ? flat : weight === 1 ? own : mixed(own, flat, weight);
      means[i] = both.mean;
      sds[i] = both.sd;
    }
  }

  /** What would be believed of option `a` had it never been tried, with all of the doubt, and the variance of one reward. */
  untried(x: Float64Array, a: number): Moments & { noise: number } {
    const { full, flat, weight } = this;
    const [own, plain] = [full.untried(x, a), flat.untried(CONSTANT, a)];
    const both = mixed(ofVariance(own), ofVariance(plain), weight);
    return { ...both, noise: weight * own.noise + (1 - weight) * plain.noise };
  }

  /** What feature `j` adds to the expected reward of option `a`, for each unit it has. */
  coefficient(a: number, j: number): Moments {
    const { full, flat, weight } = this;
    const own = full.weight(a, j);
    const plain = j === 0 ? flat.weight(a, 0) : { mean: 0, variance: 0 };
    const mean = this.meanCoefficient(a, j);
    const within = weight * own.variance + (1 - weight) * plain.variance;
    return { mean, sd: Math.sqrt(within + weight * (1 - weight) * (own.mean - plain.mean) ** 2) };
  }

  meanCoefficient(a: number, j: number): number {
    const { full, flat, weight } = this;
    return weight * full.meanWeight(a, j) + (1 - weight) * (j === 0 ? flat.meanWeight(a, 0) : 0);
  }
}

/** Mean and standard deviation where `one` holds with a probability, and otherwise `other`. */
function mixed(one: Moments, other: Moments, probability: number): Moments {
  const mean = probability * one.mean + (1 - probability) * other.mean;
  const within = probability * one.sd ** 2 + (1 - probability) * other.sd ** 2;
  const between = probability * (1 - probability) * (one.mean - other.mean) ** 2;
  return { mean, sd: Math.sqrt(within + between) };
}

const ofVariance = ({ mean, variance }: { mean: number; variance: number }): Moments => {
  return { mean, sd: Math.sqrt(variance) };
};

function moments(model: PooledLinear, x: Float64Array, a: number, scaled: boolean): Moments {
  const scale = scaled ? model.scale : 1;
  return { mean: model.mean(x, a), sd: scale * Math.sqrt(model.variance(x, a)) };
}
