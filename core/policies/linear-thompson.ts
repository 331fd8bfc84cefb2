import type { NormalRng } from '../contracts/rng.ts';
import { LinearModel } from '../learn/models/linear.ts';
import type { Row } from '../learn/models/rows.ts';
import { bestNormalProbabilities } from '../maths/best-normal.ts';
import type { ContextPolicy } from './context-policy.ts';
import { EXPLORATION, withFloor } from './context-policy.ts';

/**
 * Thompson sampling with one linear regression for each option (Agrawal, Goyal, "Thompson Sampling for Contextual Bandits
 * with Linear Payoffs", 2013), on scores: options are independent, so one normal number an option is exact.
 */
export class LinearThompson implements ContextPolicy {
  readonly method = 'linear-thompson; panel quadrature, error < 1e-4';
  readonly model: LinearModel;
  readonly exploration: number;
  #means = new Float64Array(0);
  #sds = new Float64Array(0);

  constructor(features: number, options: number, exploration = EXPLORATION) {
    this.model = new LinearModel(features, options);
    this.exploration = exploration;
  }

  #score(x: Float64Array, eligible: readonly number[]): void {
    if (eligible.length === 0) throw new RangeError('no option is eligible');
    if (this.#means.length !== eligible.length) {
      this.#means = new Float64Array(eligible.length);
      this.#sds = new Float64Array(eligible.length);
    }
    this.model.score(x, eligible, this.#means, this.#sds);
  }

  propensities(x: Float64Array, eligible: readonly number[], out: Float64Array): Float64Array {
    this.#score(x, eligible);
    return withFloor(bestNormalProbabilities(this.#means, this.#sds, out), this.exploration);
  }

  /** Place in `eligible` of the best of one draw, without propensities: for simulation, not for decisions that teach. */
  sample(x: Float64Array, eligible: readonly number[], rng: NormalRng): number {
    this.#score(x, eligible);
    let [best, most] = [0, -Infinity];
    for (let i = 0; i < eligible.length; i++) {
      const score = this.#means[i]! + this.#sds[i]! * rng.normal();
      if (score > most) [best, most] = [i, score];
    }
    return best;
  }

  learn(row: Row): void {
    this.model.learn(row);
  }

  addOption(): number {
    return this.model.addOption();
  }
}
