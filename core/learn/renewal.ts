import type { Trial } from '../contracts/trial.ts';
import type { Programme } from '../domain/programme.ts';
import { hourOf } from './blocks.ts';
import { linearSumsOf } from './linear-state.ts';
import type { LinearState, LinearSums } from './linear-state.ts';
import type { ModelState } from './model.ts';

/** Whether what was learned is of another context than the programme declares now, or was written by a former version. */
export const needsRenewal = (programme: Programme, { linear }: ModelState): boolean =>
  linear.schema !== linearSumsOf(programme).schema && linear.blocks.length > 0;

/**
 * The sums of a programme made anew, from the decisions and credits on record: every request was recorded with
 * its whole context, so a feature that is declared later is known of earlier decisions too, where they had it.
 */
export class Renewal {
  readonly linear: LinearState;
  readonly #sums: LinearSums;

  constructor(programme: Programme) {
    this.#sums = linearSumsOf(programme);
    this.linear = this.#sums.empty();
  }

  add(trials: readonly Trial[]): void {
    for (const { option, at, context, credits } of trials) {
      const trial = { option, context, hour: hourOf(at) };
      this.#sums.addTrials(this.linear, trial, 1);
      this.#sums.moveCredits(this.linear, trial, {}, credits);
    }
  }
}
