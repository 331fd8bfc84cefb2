import type { LedgerEntry } from '../contracts/records.ts';
import type { ArmTotals, Trial } from '../contracts/trial.ts';
import type { Programme, ProgrammeId } from '../domain/programme.ts';
import { linearSumsOf } from './linear-state.ts';
import type { ModelState } from './model.ts';
import { addArms, emptyState, mergeArms } from './model.ts';
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
export function needsRenewal(programme: Programme, state: ModelState): boolean {
  const { linear, pieces, hours, behind } = state;
  const ahead = programme.timing !== undefined && hours?.schema !== responseSchema(programme);
  const others = linear.schema !== linearSumsOf(inRanges(programme, state)).schema;
  const ofPieces = pieceSumsOf(programme);
  const otherPieces = ofPieces !== undefined && pieces?.schema !== ofPieces.schema;
  const outdated = (ahead || others || otherPieces) && linear.blocks.length > 0;
  return behind === true || outdated || rangesMoved(programme, state);
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
  readonly #programme: Programme;
  readonly #teaching: Teaching;
  /** What takes the place of what was there. */
  readonly state: ModelState;

  /**
   * @param known what was learned before, in whatever ranges; its arms are kept unless it is behind, and begin empty then. What is known from
   * elsewhere is looked up again with the next fold.
   */
  constructor(programme: Programme, known: ModelState) {
    this.#programme = programme;
    this.#teaching = new Teaching([programme]);
    const { arms, owing, forgot, behind, goal } = known;
    const begun = { ...emptyState(), numbers: beginNumbers(programme, known), owing, forgot, goal };
    this.state = behind ? begun : { ...begun, arms };
  }

  /** Adds decisions and what they are credited with. */
  add(trials: readonly Trial[]): void {
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

  /** Adds who is in the arms. */
  arms(totals: readonly ArmTotals[]): void {
    this.#try(() => addArms(this.state, totals));
  }

  /** Joins in the arms who became one. */
  merges(entries: readonly LedgerEntry[]): void {
    const merged = entries.flatMap(({ merge }) => merge?.arms ?? []);
    this.#try(() => {
      for (const own of merged) if (own.programme === this.#programme.id) mergeArms(this.state, own);
    });
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
