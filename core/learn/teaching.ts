import type { DecisionFact } from '../contracts/records.ts';
import type { Credited, Trial } from '../contracts/trial.ts';
import type { Programme, ProgrammeId } from '../domain/programme.ts';
import type { PlannedHour } from '../domain/timing.ts';
import { hourOf } from './blocks.ts';
import type { HourSums } from './hour-sums.ts';
import { addPlanned, addResponse, emptyHours } from './hour-sums.ts';
import type { Kept } from './kept.ts';
import { keptOf } from './kept.ts';
import type { LinearTrial } from './linear-state.ts';
import type { ModelState } from './model.ts';
import { countNumbers, inRanges } from './ranges.ts';
import { isResponse, responseSchema } from './responses.ts';

/** A decision that teaches; with the hour its message was planned for. */
export type Lesson = LinearTrial & { planned?: PlannedHour | undefined };

/** A decision as it is on record. */
type Recorded = Pick<DecisionFact, 'option' | 'context' | 'pieces' | 'planned' | 'at'>;

const lessonOf = ({ option, context = {}, pieces, planned, at }: Recorded): Lesson => ({
  ...{ option, context, pieces, planned },
  hour: hourOf(at),
});

/** How decisions and what came of them are added to all sums of a state but those of arms. Changes the states it is given. */
export class Teaching {
  readonly #programmes: ReadonlyMap<ProgrammeId, Programme>;
  /** Of programmes that plan ahead, what hours are learned by (`responseSchema`). */
  readonly #ahead: ReadonlyMap<ProgrammeId, string>;

  constructor(programmes: readonly Programme[]) {
    const ahead = programmes.filter(({ timing }) => timing);
    this.#ahead = new Map(ahead.map((own) => [own.id, responseSchema(own)]));
    this.#programmes = new Map(programmes.map((programme) => [programme.id, programme]));
  }

  /** How a programme's trials are added up, and where. */
  #kept(id: ProgrammeId, state: ModelState): Kept[] {
    const programme = this.#programmes.get(id);
    return programme ? keptOf(inRanges(programme, state), state) : [];
  }

  /** Sums over the hours messages were planned for; none of a programme that does not plan ahead. */
  #hours(id: ProgrammeId, state: ModelState): HourSums | undefined {
    const schema = this.#ahead.get(id);
    if (schema === undefined) delete state.hours;
    else if (state.linear.blocks.length === 0 && state.hours?.schema !== schema)
      state.hours = emptyHours(schema);
    return state.hours;
  }

  /** Adds decisions that are alike; a negative number takes them back. */
  add(id: ProgrammeId, state: ModelState, lesson: Lesson, count: number): void {
    const hours = this.#hours(id, state);
    for (const { sums, linear } of this.#kept(id, state)) sums.addTrials(linear, lesson, count);
    const programme = this.#programmes.get(id);
    if (programme) countNumbers(programme, state, lesson, count);
    if (hours && lesson.planned) addPlanned(hours, lesson.planned, count);
  }

  /** Adds a decision and what it is credited with. */
  teach(programme: Programme, state: ModelState, trial: Trial): void {
    this.add(programme.id, state, lessonOf(trial), 1);
    this.credit(programme, state, trial, { before: {}, after: trial.credits });
  }

  /** Takes a decision back, and what it was credited with. */
  remove(programme: Programme, state: ModelState, decision: Recorded, before: Credited): void {
    this.credit(programme, state, decision, { before, after: {} });
    this.add(programme.id, state, lessonOf(decision), -1);
  }

  /** Moves what one decision is credited with. */
  credit(
    programme: Programme,
    state: ModelState,
    decision: Recorded,
    { before, after }: { before: Credited; after: Credited },
  ): void {
    const lesson = lessonOf(decision);
    for (const { sums, linear } of this.#kept(programme.id, state))
      sums.moveCredits(linear, lesson, before, after);
    // a response to a planned message came, or went
    const { planned } = lesson;
    const hours = planned && this.#hours(programme.id, state);
    if (!hours) return;
    const responded = (credits: Credited): number => Number(isResponse(programme, credits, planned.channel));
    const by = responded(after) - responded(before);
    if (by === 1 || by === -1) addResponse(hours, planned, by);
  }
}
