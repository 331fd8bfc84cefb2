import { dot } from '../../maths/dot.ts';
import type { Eigen } from '../../maths/symmetric-eigen.ts';
import { symmetricEigen } from '../../maths/symmetric-eigen.ts';
import type { Belief, BesidePrior, GroupPrior, Told } from './group-prior.ts';

/** First guess of the variance of what a label adds, of that of the weights, and its strength in labels. */
const SHARE = 0.4;
const STRENGTH = 4;
const LEAST = 1e-4;
const MOST = 9;

/** Which labels options share, worked out once. */
export interface SharedLabels {
  /** How many labels there are, and how many each option has. */
  count: number;
  own: Float64Array;
  /** Of the matrix of how many labels two options share. */
  axes: Eigen;
}

/**
 * What the labels of options add to their weights: each label one normal number around 0 for each weight, the variance of all of them learned
 * for each group of weights (the hierarchical model of Nabi, Nassif, Hong, Mamani, Imbens, "Bayesian Meta-Prior Learning Using Empirical Bayes",
 * 2020, for features of options). An option that nobody tried begins as its labels say; labels that say nothing are shrunk away.
 *
 * Worked out between options, along the axes of how many labels they share: those are the same for all weights and rounds.
 */
export class LabelPrior implements BesidePrior {
  /** Of each option. */
  readonly told: readonly Told[];
  /** Of each group of weights. */
  readonly variance: Float64Array;
  readonly #prior: GroupPrior;
  readonly #labels: SharedLabels;

  constructor(labels: SharedLabels, prior: GroupPrior) {
    this.#prior = prior;
    this.#labels = labels;
    this.variance = prior.guess.map((guess) => SHARE * guess);
    const { length } = prior.groups;
    this.told = Array.from(labels.own, () => {
      return { offset: new Float64Array(length), unsure: new Float64Array(length) };
    });
  }

  /** How far labels set options apart in one weight, a variance. */
  spread(feature: number): number {
    return this.told.reduce((sum, { offset }) => sum + offset[feature]! ** 2, 0) / this.told.length;
  }

  /** One round of expectation maximisation, from how far the weights of each option are from what all have in common. */
  step(beliefs: readonly Belief[]): void {
    const prior = this.#prior;
    const sum = prior.guess.map((guess) => STRENGTH * SHARE * guess);
    const count = new Float64Array(sum.length).fill(STRENGTH);
    for (let j = 0; j < prior.shared; j++) {
      const group = prior.groups[j]!;
      sum[group]! += this.#explain(
        Float64Array.from(beliefs, ({ mean }) => mean[j]! - prior.mean[j]!),
        j,
      );
      count[group]! += this.#labels.count;
    }
    for (let g = 0; g < sum.length; g++) {
      this.variance[g] = Math.min(MOST, Math.max(LEAST, sum[g]! / count[g]!));
    }
  }

  /** Of what is apart in one weight: what shared labels explain. Returns the sum of the squares of what each label adds. */
  #explain(apart: Float64Array, feature: number): number {
    const variance = this.variance[this.#prior.groups[feature]!]!;
    const within = this.#prior.varianceOf(feature);
    const { count, own, axes } = this.#labels;
    for (const [k, { offset, unsure }] of this.told.entries()) {
      offset[feature] = 0;
      unsure[feature] = variance * own[k]!;
    }
    let squares = count * variance;
    for (const [i, axis] of axes.vectors.entries()) {
      const shared = Math.max(0, axes.values[i]!);
      const precision = 1 / (variance * shared + within);
      const along = precision * dot(axis, apart);
      for (const [k, { offset, unsure }] of this.told.entries()) {
        offset[feature]! += variance * shared * along * axis[k]!;
        unsure[feature]! -= (variance * shared * axis[k]!) ** 2 * precision;
      }
      squares += variance ** 2 * shared * (along ** 2 - precision);
    }
    return squares;
  }
}

/** Labels of options, by key. */
export type Labels = Readonly<Record<string, string>> | undefined;

/** What options share of the labels that some have and others do not; nothing where there are none. */
export function sharedLabels(options: readonly Labels[]): SharedLabels | undefined {
  const names = options.map((labels = {}) => Object.entries(labels).map((pair) => JSON.stringify(pair)));
  const counts = new Map<string, number>();
  for (const name of names.flat()) counts.set(name, (counts.get(name) ?? 0) + 1);
  const telling = [...counts].flatMap(([name, n]) => (n > 1 && n < options.length ? [name] : [])).sort();
  if (telling.length === 0) return undefined;
  const rows = names.map((own) => Float64Array.from(telling, (name) => Number(own.includes(name))));
  const shared = rows.map((row) => Float64Array.from(rows, (other) => dot(row, other)));
  return {
    count: telling.length,
    own: Float64Array.from(shared, (row, k) => row[k]!),
    axes: symmetricEigen(shared),
  };
}
