import { logistic } from './evidence.ts';
import type { Columns, RewardSums } from './pooled-linear.ts';
import { PooledLinear } from './pooled-linear.ts';

/** How many nats of evidence against it context is forgiven: it needs more trials to pay than averages do. */
const FORGIVEN = 10;
/** Below this weight a model is not asked. */
const NEGLIGIBLE = 1e-3;
const CONSTANT = Float64Array.of(1);

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

  /** @param labels of each option, where some have labels that others do not */
  constructor(columns: Columns, known: readonly RewardSums[], labels?: readonly Float64Array[]) {
    this.full = new PooledLinear(columns, known, labels);
    if (columns.groups.length === 1) {
      this.flat = this.full;
      this.weight = 1;
      return;
    }
    this.flat = new PooledLinear({ groups: [0] }, known, labels);
    const weight = logistic(this.full.evidence - this.flat.evidence + FORGIVEN);
    this.weight = weight < NEGLIGIBLE ? 0 : weight > 1 - NEGLIGIBLE ? 1 : weight;
  }

  /** @param scaled whether with the doubt that is drawn with, or with all of it */
  belief(x: Float64Array, a: number, scaled: boolean): Moments {
    const { full, flat, weight } = this;
    const ofFull = (): Moments => moments(full, x, a, scaled);
    if (weight === 1) return ofFull();
    const plain = moments(flat, CONSTANT, a, scaled);
    if (weight === 0) return plain;
    const own = ofFull();
    const mean = weight * own.mean + (1 - weight) * plain.mean;
    const within = weight * own.sd ** 2 + (1 - weight) * plain.sd ** 2;
    const between = weight * (1 - weight) * (own.mean - plain.mean) ** 2;
    return { mean, sd: Math.sqrt(within + between) };
  }

  /** What feature `j` adds to the expected reward of option `a`, for each unit it has. */
  coefficient(a: number, j: number): Moments {
    const { full, flat, weight } = this;
    const own = full.weight(a, j);
    const plain = j === 0 ? flat.weight(a, 0) : { mean: 0, variance: 0 };
    const mean = weight * own.mean + (1 - weight) * plain.mean;
    const within = weight * own.variance + (1 - weight) * plain.variance;
    return { mean, sd: Math.sqrt(within + weight * (1 - weight) * (own.mean - plain.mean) ** 2) };
  }
}

function moments(model: PooledLinear, x: Float64Array, a: number, scaled: boolean): Moments {
  const scale = scaled ? model.scaleOf(a) : 1;
  return { mean: model.mean(x, a), sd: scale * Math.sqrt(model.variance(x, a)) };
}
