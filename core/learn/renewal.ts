import type { LedgerEntry } from '../contracts/records.ts';
import type { ArmTotals, Trial } from '../contracts/trial.ts';
import type { Programme, ProgrammeId } from '../domain/programme.ts';
import { linearSumsOf } from './linear-state.ts';
import type { ModelState } from './model.ts';
import { addArms, emptyState, mergeArms } from './model.ts';
import type { Move } from './move.ts';
import { notFinite } from './not-finite.ts';
import { allSources } from './past-of.ts';
import { pieceSumsOf } from './piece-sums.ts';
import { beginNumbers, inRanges, rangesMoved } from './ranges.ts';
import { responseSchema } from './responses.ts';
import { Teaching } from './teaching.ts';

/**
 * Whether the newest trial was taken back. What counts at any later time is the same as without it, but what others take from this programme
 * is of a time that follows from the newest trial: which one that is by now, only the record tells.
 */
const lostNewest = ({ linear }: ModelState): boolean =>
  linear.blocks.length > 0 && linear.blocks.at(-1)!.from !== linear.newest;

/**
 * Whether what was learned is of another context, other ranges or other pieces than the programme declares now, of no hours or of other responses,
 * written by a former version, or something could not be added to it.
 */
export const needsRenewal = (programme: Programme, state: ModelState): boolean =>
  isOutdated(programme, state) || rangesMoved(programme, state);

/** Whether nothing can be added to what was learned until it is made anew: all of that but other ranges. */
export function isOutdated(programme: Programme, state: ModelState): boolean {
  const { linear, pieces, hours, behind } = state;
  const ahead = programme.timing !== undefined && hours?.schema !== responseSchema(programme);
  const others = linear.schema !== linearSumsOf(inRanges(programme, state)).schema;
  const ofPieces = pieceSumsOf(programme);
  const otherPieces = ofPieces !== undefined && pieces?.schema !== ofPieces.schema;
  const outdated = (ahead || others || otherPieces) && linear.blocks.length > 0;
  return behind === true || outdated;
}

/** Programmes whose state is to be made anew. */
export function outdated(
  programmes: readonly Programme[],
  states: ReadonlyMap<ProgrammeId, ModelState>,
): Programme[] {
  let sources: ReadonlySet<ProgrammeId> | undefined;
  return programmes.filter((programme) => {
    const state = states.get(programme.id);
    if (!state) return false;
    // hardly ever asked for: this is looked at with every fold
    const asked = (): boolean => (sources ??= allSources(programmes)).has(programme.id);
    return needsRenewal(programme, state) || (lostNewest(state) && asked());
  });
}

/**
 * What was learned about a programme made anew, from the decisions and credits on record: every request was recorded with
 * its whole context, so a feature that is declared later is known of earlier decisions too, where they had it.
 */
export class Renewal {
  #error: Error | undefined;
  /** Whether the arms are made anew, too. */
  #anew = false;
  readonly #programme: Programme;
  readonly #teaching: Teaching;
  /** What takes the place of what was there. */
  readonly state: ModelState;

  /** Place in the ledger up to which it was read. */
  upTo = 0;

  /** @param known what was learned before, in whatever ranges */
  constructor(programme: Programme, known: ModelState) {
    this.#programme = programme;
    this.#teaching = new Teaching([programme]);
    this.state = { ...emptyState(), numbers: beginNumbers(programme, known) };
  }

  /** Adds the next decisions and what they are credited with, up to a place in the ledger. */
  add(trials: readonly Trial[], upTo: number): void {
    this.upTo = upTo;
    this.#try(() => {
      for (const trial of trials) this.#teaching.teach(this.#programme, this.state, trial);
    });
  }

  /** Adds what decisions are credited with that are not folded yet: a fold credits whatever it finds of somebody. */
  credit(trials: readonly Trial[]): void {
    this.#try(() => {
      for (const trial of trials) {
        const credits = { before: {}, after: trial.credits };
        this.#teaching.credit(this.#programme, this.state, trial, credits);
      }
    });
  }

  /** Moves what a fold moved in the meantime; what was not read yet is read as it is by then. */
  follow({ decision, before, after }: Move, place: number | undefined): void {
    if (place === undefined || place > this.upTo) return;
    this.#try(() => {
      const [programme, state] = [this.#programme, this.state];
      if (after) this.#teaching.credit(programme, state, decision, { before, after });
      else this.#teaching.remove(programme, state, decision, before);
    });
  }

  /** Makes the arms anew, too; who became one is one in them. */
  arms(totals: readonly ArmTotals[], merges: readonly LedgerEntry[]): void {
    const merged = merges.flatMap(({ merge }) => merge?.arms ?? []);
    this.#anew = true;
    this.#try(() => {
      addArms(this.state, totals);
      for (const own of merged) if (own.programme === this.#programme.id) mergeArms(this.state, own);
    });
  }

  /** Takes what is not made anew from what is known by now. What is known from elsewhere is looked up again with the next fold. */
  take({ arms, owing, forgot, goal }: ModelState): this {
    Object.assign(this.state, { owing, forgot, goal }, !this.#anew && { arms });
    return this;
  }

  /** Whether something could not be added, so that nothing more is. */
  get failed(): boolean {
    return this.#error !== undefined;
  }

  #try(add: () => void): void {
    if (this.#error) return;
    try {
      add();
    } catch (error) {
      this.#error = error as Error;
    }
  }

  /** Why what was added cannot be what is known; undefined where it can. */
  get fault(): Error | undefined {
    const place = this.#error ? undefined : notFinite(this.state);
    return place === undefined ? this.#error : new RangeError(`a sum is no finite number: ${place}`);
  }
}
