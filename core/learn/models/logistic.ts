import { packedLength, quadratic, rankOneUpdate, solveUpper } from '../../maths/cholesky.ts';
import type { Evidence } from './evidence.ts';
import { addRow, dot, logistic, solve } from './evidence.ts';
import type { Belief, GroupPrior } from './group-prior.ts';
import { refit } from './logistic-refit.ts';
import type { Row, Rows } from './rows.ts';

/**
 * Logistic regression of a reward in [0, 1] on the context, one set of weights for each option, with one learned prior over
 * all options. Each row moves the Gaussian approximation by one Newton step (online Laplace; Chapelle, Li 2011);
 * `refit` finds the posterior mode of all rows and removes what their order did. What it knows is not a sum of
 * rows: taking one back means folding the others again.
 */
export class LogisticModel {
  readonly prior: GroupPrior;
  readonly evidence: Evidence[] = [];
  readonly beliefs: Belief[] = [];
  readonly #work: Float64Array;
  #pending: readonly Row[] = [];

  constructor(prior: GroupPrior, options: number) {
    this.prior = prior;
    this.#work = new Float64Array(prior.groups.length);
    for (let a = 0; a < options; a++) this.addOption();
  }

  /** A new option begins as what the others have in common. Returns its number. */
  addOption(): number {
    const d = this.#work.length;
    this.evidence.push({ information: new Float64Array(packedLength(d)), response: new Float64Array(d) });
    this.beliefs.push({ mean: new Float64Array(d), factor: new Float64Array(packedLength(d)) });
    this.resolve(this.beliefs.length - 1);
    return this.beliefs.length - 1;
  }

  /** Brings the belief about one option in line with prior, evidence and what is pending. */
  resolve(option: number): void {
    const closed = this.evidence[option]!;
    const belief = this.beliefs[option]!;
    solve(this.prior, closed, belief);
    const open = this.#pending.filter((row) => row.option === option);
    // linearised where the closed rows are believed to be, then once more where that led
    for (let round = 0; round < 2 && open.length > 0; round++) {
      const both = { information: closed.information.slice(), response: closed.response.slice() };
      for (const row of open) addRow(both, row, dot(row.x, belief.mean));
      solve(this.prior, both, belief);
    }
  }

  /**
   * Lays rows of fractional failures (`core/learn/models/pending.ts`) over what is known, in place of those before: they
   * count until they are replaced and never become evidence.
   */
  setPending(rows: readonly Row[]): void {
    this.#pending = rows;
    this.resolveAll();
  }

  resolveAll(): void {
    for (let a = 0; a < this.beliefs.length; a++) this.resolve(a);
  }

  /** Believed log-odds of option `a`. */
  mean(x: Float64Array, a: number): number {
    return dot(x, this.beliefs[a]!.mean);
  }

  /** Standard deviation of the believed log-odds of option `a`. */
  sd(x: Float64Array, a: number): number {
    return Math.sqrt(quadratic(this.beliefs[a]!.factor, x, this.#work));
  }

  learn(row: Row): void {
    const { x, option, reward, weight } = row;
    const { mean, factor } = this.beliefs[option]!;
    const logOdds = dot(x, mean);
    if (!Number.isFinite(logOdds + reward + weight)) throw new RangeError('a row is not finite');
    addRow(this.evidence[option]!, row, logOdds);
    const p = logistic(logOdds);
    const curve = weight * p * (1 - p);
    const z = this.#work;
    const q = quadratic(factor, x, z);
    solveUpper(factor, z, z);
    const step = (weight * (reward - p)) / (1 + curve * q);
    const root = Math.sqrt(curve);
    for (let i = 0; i < x.length; i++) {
      mean[i]! += step * z[i]!;
      z[i] = root * x[i]!;
    }
    rankOneUpdate(factor, z);
  }

  /** Learns the prior from the options as they are believed now. */
  learnPrior(): void {
    this.prior.learn(this.beliefs, () => this.resolveAll());
    this.resolveAll();
  }

  /** Starts from all rows again: posterior modes, then the prior, twice, and the modes under it. */
  refit(rows: Rows): void {
    const modes = (): void => {
      for (let a = 0; a < this.beliefs.length; a++) refit(this.prior, rows, a, this);
    };
    for (let round = 0; round < 2; round++) {
      modes();
      this.learnPrior();
    }
    modes();
  }

  /** Forgets all rows; the prior stays as it was learned. */
  clear(): void {
    this.decay(0);
  }

  /** Weighs everything learned by `factor` in [0, 1]; the prior keeps its weight. */
  decay(factor: number): void {
    for (const { information, response } of this.evidence) {
      for (let i = 0; i < information.length; i++) information[i]! *= factor;
      for (let i = 0; i < response.length; i++) response[i]! *= factor;
    }
    this.resolveAll();
  }
}
