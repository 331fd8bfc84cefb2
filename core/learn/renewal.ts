import type { Trial } from '../contracts/trial.ts';
import type { Programme } from '../domain/programme.ts';
import { hourOf } from './blocks.ts';
import type { HourSums } from './hour-sums.ts';
import { addPlanned, addResponse, emptyHours } from './hour-sums.ts';
import { linearSumsOf } from './linear-state.ts';
import { keptOf } from './kept.ts';
import type { LinearState } from './linear-state.ts';
import type { ModelState } from './model.ts';
import { notFinite } from './not-finite.ts';
import { pieceSumsOf } from './piece-sums.ts';
import type { NumberSums } from './ranges.ts';
import { beginNumbers, countNumbers, inRanges, rangesMoved } from './ranges.ts';
import { isResponse, responseSchema } from './responses.ts';

/**
 * Whether what was learned is of another context, other ranges or other pieces than the programme declares now, of no hours or of other responses,
 * written by a former version, or something could not be added to it.
 */
export function needsRenewal(programme: Programme, state: ModelState): boolean {
  const { linear, pieces, hours, behind } = state;
  const ahead = programme.timing !== undefined && hours?.schema !== responseSchema(programme);
  const others =
    linear.schema !== linearSumsOf(inRanges(programme, state)).schema || rangesMoved(programme, state);
  const ofPieces = pieceSumsOf(programme);
  const otherPieces = ofPieces !== undefined && pieces?.schema !== ofPieces.schema;
  return behind === true || ((ahead || others || otherPieces) && linear.blocks.length > 0);
}

/**
 * The sums of a programme made anew, from the decisions and credits on record: every request was recorded with
 * its whole context, so a feature that is declared later is known of earlier decisions too, where they had it.
 */
export class Renewal {
  #error: Error | undefined;
  readonly #programme: Programme;
  readonly #linear: LinearState;
  readonly #pieces: LinearState | undefined;
  readonly #hours: HourSums | undefined;
  readonly #numbers: NumberSums | undefined;

  /** @param known what was learned before, in whatever ranges */
  constructor(programme: Programme, known: Pick<ModelState, 'numbers'> = {}) {
    this.#programme = programme;
    this.#numbers = beginNumbers(programme, known);
    this.#linear = linearSumsOf(inRanges(programme, { numbers: this.#numbers })).empty();
    this.#pieces = pieceSumsOf(programme)?.empty();
    this.#hours = programme.timing && emptyHours(responseSchema(programme));
  }

  /** What takes the place of what was there. */
  get state(): Pick<ModelState, 'linear' | 'pieces' | 'hours' | 'numbers'> {
    return { linear: this.#linear, pieces: this.#pieces, hours: this.#hours, numbers: this.#numbers };
  }

  add(trials: readonly Trial[]): void {
    if (this.#error) return;
    try {
      this.#add(trials);
    } catch (error) {
      this.#error = error as Error;
    }
  }

  /** Why what was added cannot be what is known; undefined where it can. */
  get fault(): Error | undefined {
    const place = this.#error ? undefined : notFinite(this.state);
    return place === undefined ? this.#error : new RangeError(`a sum is no finite number: ${place}`);
  }

  #add(trials: readonly Trial[]): void {
    const { state } = this;
    const kept = keptOf(inRanges(this.#programme, state), state);
    for (const { option, at, context, pieces, planned, credits } of trials) {
      const trial = { option, context, pieces, hour: hourOf(at) };
      for (const { sums, linear } of kept) {
        sums.addTrials(linear, trial, 1);
        sums.moveCredits(linear, trial, {}, credits);
      }
      countNumbers(this.#programme, state, context, 1);
      if (!this.#hours || !planned) continue;
      addPlanned(this.#hours, planned, 1);
      if (isResponse(this.#programme, credits, planned.channel)) addResponse(this.#hours, planned, 1);
    }
  }
}
