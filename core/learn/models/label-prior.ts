import {
  factorize,
  packedLength,
  quadratic,
  rowStart,
  solveLower,
  solveUpper,
} from '../../maths/cholesky.ts';
import { dot } from '../../maths/dot.ts';

/** First guess of the variance of what a label adds, in squared log-odds, and its strength in labels. */
const GUESS = 0.1;
const STRENGTH = 4;
const LEAST = 1e-4;
const MOST = 9;

/**
 * What the labels of options add to their constants: each label one normal number around 0, the variance of all of them learned
 * (the hierarchical model of Nabi, Nassif, Hong, Mamani, Imbens, "Bayesian Meta-Prior Learning Using Empirical Bayes", 2020, for features of
 * options). An option that nobody tried begins as its labels say; labels that say nothing are shrunk away.
 */
export class LabelPrior {
  /** What the labels of each option add. */
  readonly offsets: Float64Array;
  /** How unsure that is, a variance. */
  readonly unsure: Float64Array;
  variance = GUESS;
  /** Of each label, 1 for every option that has it. */
  readonly #labels: readonly Float64Array[];
  /** How many labels two options share. */
  readonly #shared: readonly Float64Array[];

  /** @param rows of each option, 1 for every label that it has, else 0 */
  constructor(rows: readonly Float64Array[]) {
    this.#labels = Array.from(rows[0]!, (_, j) => Float64Array.from(rows, (row) => row[j]!));
    this.#shared = rows.map((row) => Float64Array.from(rows, (other) => dot(row, other)));
    this.offsets = new Float64Array(rows.length);
    this.unsure = new Float64Array(rows.length);
  }

  /** How far labels set options apart, a variance. */
  get spread(): number {
    return this.offsets.reduce((sum, own) => sum + own ** 2, 0) / this.offsets.length;
  }

  /** Mean square of what is left of a constant when its labels are taken into account. */
  left(option: number, apart: number): number {
    return (apart - this.offsets[option]!) ** 2 + this.unsure[option]!;
  }

  /**
   * One round of expectation maximisation.
   * @param apart how far the constant of each option is from what all have in common
   * @param within variance of constants around what their labels say
   */
  step(apart: readonly number[], within: number): void {
    const { variance } = this;
    const options = apart.length;
    // of what is apart: what shared labels explain, and what they do not
    const factor = new Float64Array(packedLength(options));
    for (const [k, shared] of this.#shared.entries()) {
      for (let other = 0; other <= k; other++) factor[rowStart(k) + other] = variance * shared[other]!;
      factor[rowStart(k) + k]! += within;
    }
    factorize(factor, options, factor);
    const explained = Float64Array.from(apart);
    solveLower(factor, explained, explained);
    solveUpper(factor, explained, explained);
    const work = new Float64Array(options);
    for (const [k, shared] of this.#shared.entries()) {
      this.offsets[k] = variance * dot(shared, explained);
      this.unsure[k] = variance * shared[k]! - variance ** 2 * quadratic(factor, shared, work);
    }
    let sum = STRENGTH * GUESS;
    for (const label of this.#labels) {
      sum += (variance * dot(label, explained)) ** 2;
      sum += variance - variance ** 2 * quadratic(factor, label, work);
    }
    this.variance = Math.min(MOST, Math.max(LEAST, sum / (STRENGTH + this.#labels.length)));
  }
}

/** Labels of options, by key. */
export type Labels = Readonly<Record<string, string>> | undefined;

/** A row of labels for each option: those that some have and others do not. Nothing where there are none. */
export function labelRows(options: readonly Labels[]): Float64Array[] | undefined {
  const names = options.map((labels = {}) => Object.entries(labels).map((pair) => JSON.stringify(pair)));
  const counts = new Map<string, number>();
  for (const name of names.flat()) counts.set(name, (counts.get(name) ?? 0) + 1);
  const telling = [...counts].flatMap(([name, n]) => (n > 1 && n < options.length ? [name] : [])).sort();
  if (telling.length === 0) return undefined;
  return names.map((own) => Float64Array.from(telling, (name) => Number(own.includes(name))));
}
