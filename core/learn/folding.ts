import type { Merge } from '../contracts/merge.ts';
import type { ArmReward, DecisionCount, DecisionFact, FoldWrites, History } from '../contracts/records.ts';
import type { Credited } from '../contracts/trial.ts';
import type { Programme, ProgrammeId } from '../domain/programme.ts';
import type { PlannedHour } from '../domain/timing.ts';
import { hourOf } from './blocks.ts';
import type { HourSums } from './hour-sums.ts';
import { addPlanned, addResponse, emptyHours } from './hour-sums.ts';
import type { Kept } from './kept.ts';
import { keptOf } from './kept.ts';
import type { LinearTrial } from './linear-state.ts';
import type { ModelState } from './model.ts';
import { addPersons, emptyState, moveReward } from './model.ts';
import { pastOf, sourcesOf } from './past-of.ts';
import type { CreditChange } from './reconcile.ts';
import { creditChanges } from './reconcile.ts';
import { isResponse, responseSchema } from './responses.ts';

const trialOf = ({ option, context = {}, pieces, at }: DecisionFact): LinearTrial => ({
  option,
  context,
  pieces,
  hour: hourOf(at),
});

/** What one decision is credited with on record. */
const creditedTo = ({ credits }: History, { id }: DecisionFact): Credited =>
  Object.fromEntries(credits.flatMap((c) => (c.decision === id ? [[c.signal, c] as const] : [])));

/** What a fold begins with. */
export interface FoldBase {
  programmes: readonly Programme[];
  states: ReadonlyMap<ProgrammeId, ModelState>;
  /** Programmes whose state was made anew (`core/learn/renewal.ts`) and has to be written. */
  renewed?: readonly ProgrammeId[] | undefined;
}

/** One fold under way: the states as they become, and what has to be written with them. */
export class Folding {
  readonly states: Map<ProgrammeId, ModelState>;
  readonly changes: { change: CreditChange; history: History }[] = [];
  readonly #touched = new Set<ProgrammeId>();
  readonly #rewards: ArmReward[] = [];
  readonly #removed: FoldWrites['removedRewards'] = [];
  readonly #programmes: ReadonlyMap<ProgrammeId, Programme>;
  /** Of programmes that plan ahead, what hours are learned by (`responseSchema`). */
  readonly #ahead: ReadonlyMap<ProgrammeId, string>;

  constructor({ states, programmes, renewed = [] }: FoldBase) {
    this.states = new Map(states);
    const ahead = programmes.filter(({ timing }) => timing);
    this.#ahead = new Map(ahead.map((own) => [own.id, responseSchema(own)]));
    this.#programmes = new Map(programmes.map((programme) => [programme.id, programme]));
    for (const programme of renewed) this.#state(programme);
  }

  /** How a programme's trials are added up, and where. */
  #kept(id: ProgrammeId): Kept[] {
    const programme = this.#programmes.get(id);
    return programme ? keptOf(programme, this.#state(id)) : [];
  }

  /** The state to change: a copy of the one that decisions are being made on. */
  #state(programme: ProgrammeId): ModelState {
    if (!this.#touched.has(programme)) {
      this.#touched.add(programme);
      const known = this.states.get(programme);
      this.states.set(programme, known ? structuredClone(known) : emptyState());
    }
    return this.states.get(programme)!;
  }

  decisions(alike: DecisionCount): void {
    const { programme, option, arm, learn, first, count, context = {}, pieces, hour, planned } = alike;
    if (learn) this.#trials(programme, { option, context, pieces, hour }, count);
    if (learn && planned) this.#planned(programme, planned, count);
    if (first) addPersons(this.#state(programme), arm, count);
  }

  /** Sums over the hours messages were planned for; none of a programme that does not plan ahead. */
  #hours(programme: ProgrammeId): HourSums | undefined {
    const state = this.#state(programme);
    const schema = this.#ahead.get(programme);
    if (schema === undefined) delete state.hours;
    else if (state.linear.blocks.length === 0 && state.hours?.schema !== schema)
      state.hours = emptyHours(schema);
    return state.hours;
  }

  #planned(programme: ProgrammeId, planned: PlannedHour, count: number): void {
    const hours = this.#hours(programme);
    if (hours) addPlanned(hours, planned, count);
  }

  /** A response to a planned message came, or went. */
  #response(
    programme: Programme,
    { planned }: DecisionFact,
    { before, after }: { before: Credited; after: Credited },
  ): void {
    const hours = planned && this.#hours(programme.id);
    const by = Number(isResponse(programme, after)) - Number(isResponse(programme, before));
    if (hours && (by === 1 || by === -1)) addResponse(hours, planned, by);
  }

  #trials(programme: ProgrammeId, trial: LinearTrial, count: number): void {
    this.#hours(programme);
    for (const { sums, linear } of this.#kept(programme)) sums.addTrials(linear, trial, count);
  }

  /** Moves what one decision is credited with. */
  #credits(
    programme: ProgrammeId,
    decision: DecisionFact,
    { before, after }: { before: Credited; after: Credited },
  ): void {
    const trial = trialOf(decision);
    for (const { sums, linear } of this.#kept(programme)) sums.moveCredits(linear, trial, before, after);
  }

  /** Two persons who were counted in their arms become one in the arm that is kept. */
  merge({ arms }: Merge): void {
    for (const { programme, into, from, kept } of arms) {
      if (!into || !from) continue;
      const state = this.#state(programme);
      addPersons(state, into, -1);
      addPersons(state, from, -1);
      addPersons(state, kept, 1);
    }
  }

  reconcile(programme: Programme, history: History): void {
    const arm = history.arms[programme.id]!;
    const changes = creditChanges(programme, history);
    const held = history.rewards.filter((row) => row.programme === programme.id);
    const joined = held.length > 1 || held.some((row) => row.person !== history.person || row.arm !== arm);
    if (changes.length === 0 && !joined) return;
    const state = this.#state(programme.id);
    for (const own of Map.groupBy(changes, ({ decision }) => decision.id).values()) {
      const [{ decision }] = own as [CreditChange];
      if (!decision.learn) continue;
      const before = creditedTo(history, decision);
      const moved = own.map(({ credit }) => [credit.signal, credit] as const);
      const credits = { before, after: { ...before, ...Object.fromEntries(moved) } };
      this.#credits(programme.id, decision, credits);
      this.#response(programme, decision, credits);
    }
    for (const row of held) {
      moveReward(state, row.arm, row.reward, 0);
      this.#removed.push({ person: row.person, programme: row.programme });
    }
    const sum = (numbers: number[]): number => numbers.reduce((total, x) => total + x, 0);
    const reward = sum(held.map((row) => row.reward)) + sum(changes.map((change) => change.reward));
    moveReward(state, arm, 0, reward);
    this.#rewards.push({ person: history.person, programme: programme.id, arm, reward });
    this.changes.push(...changes.map((change) => ({ change, history })));
  }

  /** Takes everything one person taught back out. */
  forget(programme: Programme, history: History): void {
    const state = this.#state(programme.id);
    const learned = history.decisions.filter((d) => d.programme === programme.id && d.learn);
    for (const decision of learned) {
      const credits = { before: creditedTo(history, decision), after: {} };
      this.#credits(programme.id, decision, credits);
      this.#response(programme, decision, credits);
      this.#trials(programme.id, trialOf(decision), -1);
      if (decision.planned) this.#planned(programme.id, decision.planned, -1);
    }
    for (const row of history.rewards) {
      if (row.programme === programme.id) moveReward(state, row.arm, row.reward, 0);
    }
    addPersons(state, history.arms[programme.id]!, -1);
  }

  /**
   * What programmes know from others follows from what was learned there by now, also where somebody was erased from it.
   * @param saved whether programmes may have been saved since the last fold
   */
  pasts(programmes: readonly Programme[], saved: boolean): void {
    const byId = new Map(programmes.map((own) => [own.id, own]));
    for (const programme of programmes) {
      const before = this.states.get(programme.id)?.past;
      const moved = sourcesOf(programme, byId).some((own) => this.#touched.has(own));
      if (!saved && !moved && before) continue;
      const past = pastOf(programme, byId, this.states);
      if (JSON.stringify(past) === JSON.stringify(before)) continue;
      this.#state(programme.id).past = past;
    }
  }

  writes(
    position: number,
  ): Pick<
    FoldWrites,
    'position' | 'credits' | 'removedCredits' | 'rewards' | 'removedRewards' | 'snapshots'
  > {
    const credits = this.changes.map(({ change }) => change.credit);
    return {
      position,
      credits: credits.filter((credit) => credit.worth > 0),
      removedCredits: credits.filter((credit) => credit.worth === 0),
      rewards: this.#rewards,
      removedRewards: this.#removed,
      snapshots: [...this.#touched].map((programme) => ({
        programme,
        position,
        state: JSON.stringify(this.states.get(programme)),
      })),
    };
  }
}
