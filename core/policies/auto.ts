import { ChangeDetector } from '../learn/models/change.ts';
import { logistic, softplus } from '../learn/models/evidence.ts';
import { GroupPrior } from '../learn/models/group-prior.ts';
import { LogisticModel } from '../learn/models/logistic.ts';
import type { Row } from '../learn/models/rows.ts';
import { Rows } from '../learn/models/rows.ts';
import { Spread } from '../learn/models/spread.ts';
import { bestNormalProbabilities } from '../maths/best-normal.ts';
import type { ContextPolicy } from './context-policy.ts';
import { EXPLORATION, withFloor } from './context-policy.ts';

/**
 * Standard deviations that are drawn with, as a share of the posterior's: where nothing but the options' own averages
 * tells them apart, and where context does, which explores by itself since persons differ (docs/learning.md).
 */
const SCALE_AVERAGES = 0.7;
const SCALE_CONTEXT = 0.4;
/** Rows at which everything is fitted anew: each time half as many again. Newton's method begins to pay at 30. */
const FIRST_REFIT = 8;
const REFIT_GROWTH = 1.5;
const EXACT_FROM = 30;
/** Rows kept for fitting anew; where there are more, they move the approximation only. */
const MOST_ROWS = 200_000;
/** Log Bayes factor of the model with context against the one without: where it begins, and how far it may go. */
const FIRST_TRUST = 25;
const MOST_TRUST = 25;
const LEAST_TRUST = -3;
/** Below this weight a model is not asked. */
const NEGLIGIBLE = 1e-3;
const CONSTANT = Float64Array.of(1);

export interface AutoSettings {
  /** Group of each feature; feature 0 is the constant, alone in group 0 (`core/learn/models/group-prior.ts`). */
  groups: readonly number[];
  /** Groups of bends and crosses (`core/learn/features/encode.ts`). */
  secondOrder?: readonly number[] | undefined;
  options: number;
  /** Share of decisions that explores uniformly. */
  exploration?: number | undefined;
}

/**
 * One default for every programme: logistic Thompson sampling with context and without, mixed by how well each predicted
 * the outcomes so far, priors learned from the options together, and a fresh start from the point of change when outcomes
 * stop being what was predicted. Rewards lie in [0, 1].
 *
 * What it knows is not a sum of rows: it is folded again from rows where one has to be forgotten.
 */
export class Auto implements ContextPolicy {
  readonly method = 'auto; logistic Thompson, panel quadrature, error < 1e-4';
  readonly full: LogisticModel;
  readonly flat: LogisticModel;
  readonly rows: Rows;
  readonly spread: Spread;
  readonly detector = new ChangeDetector();
  readonly exploration: number;
  /** Log Bayes factor in favour of context. */
  trust = FIRST_TRUST;
  /** Rows at which a change was noticed. */
  readonly changes: number[] = [];
  seen = 0;
  /** Number of rows at which everything is fitted anew. */
  nextRefit = FIRST_REFIT;

  constructor({ groups, secondOrder, options, exploration = EXPLORATION }: AutoSettings) {
    this.full = new LogisticModel(new GroupPrior(groups, { secondOrder }), options);
    this.flat = groups.length === 1 ? this.full : new LogisticModel(new GroupPrior([0]), options);
    this.rows = new Rows(groups.length);
    this.spread = new Spread(groups.length);
    this.exploration = exploration;
  }

  /** Weight of the model with context. */
  get weight(): number {
    return this.flat === this.full ? 1 : logistic(this.trust);
  }

  addOption(): number {
    if (this.flat !== this.full) this.flat.addOption();
    return this.full.addOption();
  }

  propensities(x: Float64Array, eligible: readonly number[], out: Float64Array): Float64Array {
    if (eligible.length === 0) throw new RangeError('no option is eligible');
    const weight = this.weight;
    out.fill(0);
    if (weight > NEGLIGIBLE) this.#add(this.full, { x, scale: this.scale, weight }, eligible, out);
    if (1 - weight > NEGLIGIBLE) {
      this.#add(this.flat, { x: CONSTANT, scale: SCALE_AVERAGES, weight: 1 - weight }, eligible, out);
    }
    let total = 0;
    for (const p of out) total += p;
    for (let i = 0; i < out.length; i++) out[i]! /= total;
    return withFloor(out, this.exploration);
  }

  /** Share of the posterior's standard deviation that is drawn with. */
  scale = SCALE_AVERAGES;

  #add(
    model: LogisticModel,
    { x, scale, weight }: { x: Float64Array; scale: number; weight: number },
    eligible: readonly number[],
    out: Float64Array,
  ): void {
    const means = new Float64Array(eligible.length);
    const sds = new Float64Array(eligible.length);
    for (let i = 0; i < eligible.length; i++) {
      means[i] = model.mean(x, eligible[i]!);
      sds[i] = scale * model.sd(x, eligible[i]!);
    }
    const wins = bestNormalProbabilities(means, sds, new Float64Array(eligible.length));
    for (let i = 0; i < wins.length; i++) out[i]! += weight * wins[i]!;
  }

  learn(row: Row): void {
    const { x, option, reward, weight } = row;
    const logOdds = this.full.mean(x, option);
    if (!Number.isFinite(logOdds + reward + weight)) throw new RangeError('a row is not finite');
    if (this.rows.length >= MOST_ROWS) {
      // from here on rows are kept only to start anew from, should something change
      this.rows.keepLast(MOST_ROWS / 2);
      this.nextRefit = Infinity;
    }
    this.rows.push(row);
    this.spread.add(x);
    this.seen++;
    if (this.flat !== this.full) {
      const plain = this.flat.mean(CONSTANT, option);
      const gain = weight * (reward * (logOdds - plain) - softplus(logOdds) + softplus(plain));
      this.trust = Math.min(MOST_TRUST, Math.max(LEAST_TRUST, this.trust + gain));
      this.flat.learn({ ...row, x: CONSTANT });
    }
    this.full.learn(row);
    const changed = this.detector.observe(logOdds, reward);
    if (changed > 0) this.#restart(changed);
    else if (this.rows.length >= this.nextRefit) this.refit();
  }

  /** Begins with rows from before, weighed as `core/learn/models/warm-start.ts` says. */
  warmStart(rows: readonly Row[]): void {
    for (const row of rows) {
      this.rows.push(row);
      this.spread.add(row.x);
      this.full.learn(row);
      if (this.flat !== this.full) this.flat.learn({ ...row, x: CONSTANT });
    }
    this.refit();
  }

  /** Fits both models to the rows anew. */
  refit(): void {
    this.nextRefit = Math.max(FIRST_REFIT, Math.ceil(this.rows.length * REFIT_GROWTH));
    if (this.rows.length < EXACT_FROM) this.full.learnPrior();
    else this.full.refit(this.rows);
    if (this.flat !== this.full) this.flat.learnPrior();
    const share = this.spread.constantShare(this.full.prior);
    this.scale = Math.sqrt(SCALE_AVERAGES ** 2 * share + SCALE_CONTEXT ** 2 * (1 - share));
  }

  /** Keeps the rows since the change and what was learned of priors; forgets the rest. */
  #restart(since: number): void {
    this.changes.push(this.seen);
    this.rows.keepLast(since);
    for (const model of new Set([this.full, this.flat])) {
      model.prior.settle();
      model.clear();
    }
    this.trust = Math.max(this.trust, FIRST_TRUST);
    for (let t = 0; t < this.rows.length; t++) {
      const row = this.rows.at(t);
      this.full.learn(row);
      if (this.flat !== this.full) this.flat.learn({ ...row, x: CONSTANT });
    }
    this.refit();
  }
}
