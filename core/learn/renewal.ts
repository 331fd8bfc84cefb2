import type { Trial } from '../contracts/trial.ts';
import type { Programme } from '../domain/programme.ts';
import { hourOf } from './blocks.ts';
import type { HourSums } from './hour-sums.ts';
import { addPlanned, addResponse, emptyHours } from './hour-sums.ts';
import { linearSumsOf } from './linear-state.ts';
import type { LinearState, LinearSums } from './linear-state.ts';
import type { ModelState } from './model.ts';
import { isResponse } from './responses.ts';

/** Whether what was learned is of another context than the programme declares now, of no hours, or written by a former version. */
export function needsRenewal(programme: Programme, { linear, hours }: ModelState): boolean {
  const ahead = programme.timing !== undefined && hours === undefined;
  return (ahead || linear.schema !== linearSumsOf(programme).schema) && linear.blocks.length > 0;
}

/**
 * The sums of a programme made anew, from the decisions and credits on record: every request was recorded with
 * its whole context, so a feature that is declared later is known of earlier decisions too, where they had it.
 */
export class Renewal {
  readonly #programme: Programme;
  readonly #sums: LinearSums;
  readonly #linear: LinearState;
  readonly #hours: HourSums | undefined;

  constructor(programme: Programme) {
    this.#programme = programme;
    this.#sums = linearSumsOf(programme);
    this.#linear = this.#sums.empty();
    this.#hours = programme.timing && emptyHours();
  }

  /** What takes the place of what was there. */
  get state(): Pick<ModelState, 'linear' | 'hours'> {
    return { linear: this.#linear, hours: this.#hours };
  }

  add(trials: readonly Trial[]): void {
    for (const { option, at, context, planned, credits } of trials) {
      const trial = { option, context, hour: hourOf(at) };
      this.#sums.addTrials(this.#linear, trial, 1);
      this.#sums.moveCredits(this.#linear, trial, {}, credits);
      if (!this.#hours || !planned) continue;
      addPlanned(this.#hours, planned, 1);
      if (isResponse(this.#programme, credits)) addResponse(this.#hours, planned, 1);
    }
  }
}
