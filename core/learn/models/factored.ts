import { GroupPrior } from './group-prior.ts';
import { LogisticModel } from './logistic.ts';
import type { Row } from './rows.ts';
import { Rows } from './rows.ts';

/**
 * Features of a combination of slot contents: a constant, one indicator for each piece of each slot, one for each pair of
 * pieces of two slots. Main effects are one group of the prior and pairs another, so that interactions are learned to
 * be as small as they are (Hill, Nassif, Liu, Iyer, Vishwanathan, "An Efficient Bandit Algorithm for Realtime
 * Multivariate Optimization", 2017).
 */
export class SlotFeatures {
  readonly groups: number[];
  readonly #pieces: readonly number[];
  readonly #pairs: { s: number; t: number; start: number }[] = [];

  /** `pieces`: how many pieces each slot has. */
  constructor(pieces: readonly number[]) {
    this.#pieces = pieces;
    const main = pieces.reduce((sum, n) => sum + n, 0);
    let start = 1 + main;
    for (let s = 0; s < pieces.length; s++) {
      for (let t = s + 1; t < pieces.length; t++) {
        this.#pairs.push({ s, t, start });
        start += pieces[s]! * pieces[t]!;
      }
    }
    this.groups = Array.from({ length: start }, (_, j) => (j === 0 ? 0 : j <= main ? 1 : 2));
  }

  /** Features of one piece per slot. */
  of(chosen: readonly number[]): Float64Array {
    const x = new Float64Array(this.groups.length);
    x[0] = 1;
    let start = 1;
    for (const [s, piece] of chosen.entries()) {
      x[start + piece] = 1;
      start += this.#pieces[s]!;
    }
    for (const pair of this.#pairs)
      x[pair.start + chosen[pair.s]! * this.#pieces[pair.t]! + chosen[pair.t]!] = 1;
    return x;
  }

  /** Every combination, the last slot changing fastest. */
  all(): number[][] {
    return this.#pieces.reduce<number[][]>(
      (sofar, n) => sofar.flatMap((head) => Array.from({ length: n }, (_, piece) => [...head, piece])),
      [[]],
    );
  }
}

const FIRST_REFIT = 30;
const REFIT_GROWTH = 1.5;

/** One logistic model over features that the options share: combinations of slots, or options with features of their own. */
export class SharedLogistic {
  readonly model: LogisticModel;
  readonly rows: Rows;
  #nextRefit = FIRST_REFIT;

  constructor(groups: readonly number[], secondOrder: readonly number[] = []) {
    this.model = new LogisticModel(new GroupPrior(groups, { pooled: false, secondOrder }), 1);
    this.rows = new Rows(groups.length);
  }

  learn(row: Omit<Row, 'option'>): void {
    this.rows.push({ ...row, option: 0 });
    this.model.learn({ ...row, option: 0 });
    if (this.rows.length < this.#nextRefit) return;
    this.#nextRefit = Math.ceil(this.rows.length * REFIT_GROWTH);
    this.model.refit(this.rows);
  }
}
