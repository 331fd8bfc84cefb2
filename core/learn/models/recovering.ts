import { logistic, softplus } from './evidence.ts';
import { GroupPrior } from './group-prior.ts';
import { LogisticModel } from './logistic.ts';
import { Rows } from './rows.ts';

/** Half-lives, in days, between which the outcomes choose. */
export const HALF_LIVES = [1, 3, 7, 14, 30] as const;
const FIRST_REFIT = 30;
const REFIT_GROWTH = 1.5;

/** Share of a contact's effect that is left `days` later: 1 at once, 0 for an option the person never had. */
export const freshness = (days: number | undefined, halfLife: number): number =>
  days === undefined ? 0 : 2 ** (-days / halfLife);

interface Candidate {
  halfLife: number;
  model: LogisticModel;
  rows: Rows;
  /** Log-likelihood of the outcomes as they were predicted. */
  evidence: number;
}

/**
 * Options that tire a person and recover (after Yancey, Settles, "A Sleeping, Recovering Bandit Algorithm for Optimizing
 * Recurring Notifications", KDD 2020): the log-odds of an option fall by its own learned amount times the freshness
 * of its last contact with that person. Each half-life has a model of its own; the one that predicted best speaks.
 */
export class RecoveringModel {
  readonly candidates: Candidate[];
  #nextRefit = FIRST_REFIT;

  constructor(options: number) {
    this.candidates = HALF_LIVES.map((halfLife) => ({
      halfLife,
      model: new LogisticModel(new GroupPrior([0, 1]), options),
      rows: new Rows(2),
      evidence: 0,
    }));
  }

  get best(): Candidate {
    return this.candidates.reduce((best, own) => (own.evidence > best.evidence ? own : best));
  }

  /** Mean and standard deviation of the log-odds of one option, `days` after the person last had it. */
  score(option: number, days: number | undefined): { mean: number; sd: number; chance: number } {
    const { model, halfLife } = this.best;
    const x = Float64Array.of(1, freshness(days, halfLife));
    const mean = model.mean(x, option);
    return { mean, sd: model.sd(x, option), chance: logistic(mean) };
  }

  learn(option: number, days: number | undefined, reward: number): void {
    for (const own of this.candidates) {
      const row = { x: Float64Array.of(1, freshness(days, own.halfLife)), option, reward, weight: 1 };
      const logOdds = own.model.mean(row.x, option);
      own.evidence += reward * logOdds - softplus(logOdds);
      own.model.learn(row);
      own.rows.push(row);
    }
    if (this.candidates[0]!.rows.length < this.#nextRefit) return;
    this.#nextRefit = Math.ceil(this.#nextRefit * REFIT_GROWTH);
    for (const { model, rows } of this.candidates) model.refit(rows);
  }
}
