import type { Merge } from '../contracts/merge.ts';
import type { ArmReward, DecisionCount, DecisionFact, FoldWrites, History } from '../contracts/records.ts';
import type { Credited } from '../contracts/trial.ts';
import type { Programme, ProgrammeId } from '../domain/programme.ts';
import type { ModelState } from './model.ts';
import { addPersons, emptyState, moveReward } from './model.ts';
import { notFinite } from './not-finite.ts';
import { pastOf, sourcesOf } from './past-of.ts';
import type { CreditChange } from './reconcile.ts';
import { creditChanges } from './reconcile.ts';
import { Teaching } from './teaching.ts';

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

/** A programme to which something could not be added. */
export interface FoldFault {
  programme: ProgrammeId;
  error: unknown;
}

/**
 * One fold under way: the states as they become, and what has to be written with them. What fails of one programme leaves its sums as they
 * were, and everything else alone: it is `behind` from then on.
 */
export class Folding {
  readonly states: Map<ProgrammeId, ModelState>;
  readonly changes: { change: CreditChange; history: History }[] = [];
  /** Of programmes that were not behind before. */
  readonly faults: FoldFault[] = [];
  readonly #before: ReadonlyMap<ProgrammeId, ModelState>;
  readonly #touched = new Set<ProgrammeId>();
  readonly #rewards: ArmReward[] = [];
  readonly #removed: FoldWrites['removedRewards'] = [];
  readonly #teaching: Teaching;

  constructor({ states, programmes, renewed = [] }: FoldBase) {
    this.#before = states;
    this.states = new Map(states);
    this.#teaching = new Teaching(programmes);
    for (const programme of renewed) this.#state(programme);
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

  /** Adds to the sums of a programme; nothing to those of one that is behind. */
  #learn(programme: ProgrammeId, add: (state: ModelState) => void): void {
    const state = this.#state(programme);
    if (state.behind) return;
    try {
      add(state);
    } catch (error) {
      this.#fail(programme, error);
    }
  }

  #fail(programme: ProgrammeId, error: unknown): void {
    const state = this.#state(programme);
    if (state.behind) return;
    const before = structuredClone(this.#before.get(programme) ?? emptyState());
    const { linear, pieces, hours, numbers, past } = before;
    Object.assign(state, { linear, pieces, hours, numbers, past, behind: true });
    this.faults.push({ programme, error });
  }

  decisions(alike: DecisionCount): void {
    const { programme, option, arm, learn, first, count, context = {}, pieces, hour, planned } = alike;
    const lesson = { option, context, pieces, planned, hour };
    if (learn) this.#learn(programme, (state) => this.#teaching.add(programme, state, lesson, count));
    if (first) addPersons(this.#state(programme), arm, count);
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

  /** Credits what somebody did. Where that fails nothing of it is written, and it is tried again when they do something. */
  reconcile(programme: Programme, history: History): void {
    try {
      this.#reconcile(programme, history);
    } catch (error) {
      this.#fail(programme.id, error);
    }
  }

  #reconcile(programme: Programme, history: History): void {
    const arm = history.arms[programme.id]!;
    const changes = creditChanges(programme, history);
    const held = history.rewards.filter((row) => row.programme === programme.id);
    const joined = held.length > 1 || held.some((row) => row.person !== history.person || row.arm !== arm);
    if (changes.length === 0 && !joined) return;
    const { treated, holdout } = this.#state(programme.id).arms;
    const arms = { treated: { ...treated }, holdout: { ...holdout } };
    for (const row of held) moveReward({ arms }, row.arm, row.reward, 0);
    const sum = (numbers: number[]): number => numbers.reduce((total, x) => total + x, 0);
    const reward = sum(held.map((row) => row.reward)) + sum(changes.map((change) => change.reward));
    moveReward({ arms }, arm, 0, reward);
    this.#state(programme.id).arms = arms;
    for (const row of held) this.#removed.push({ person: row.person, programme: row.programme });
    this.#rewards.push({ person: history.person, programme: programme.id, arm, reward });
    this.changes.push(...changes.map((change) => ({ change, history })));
    for (const own of Map.groupBy(changes, ({ decision }) => decision.id).values()) {
      const [{ decision }] = own as [CreditChange];
      if (!decision.learn) continue;
      const before = creditedTo(history, decision);
      const moved = own.map(({ credit }) => [credit.signal, credit] as const);
      const credits = { before, after: { ...before, ...Object.fromEntries(moved) } };
      this.#learn(programme.id, (state) => this.#teaching.credit(programme, state, decision, credits));
    }
  }

  /** Takes everything one person taught back out. */
  forget(programme: Programme, history: History): void {
    const state = this.#state(programme.id);
    const learned = history.decisions.filter((d) => d.programme === programme.id && d.learn);
    this.#learn(programme.id, (own) => {
      for (const decision of learned) {
        const credits = { before: creditedTo(history, decision), after: {} };
        this.#teaching.credit(programme, own, decision, credits);
        this.#teaching.remove(programme.id, own, decision);
      }
    });
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
      try {
        const past = pastOf(programme, byId, this.states);
        if (JSON.stringify(past) !== JSON.stringify(before)) this.#state(programme.id).past = past;
      } catch (error) {
        this.#fail(programme.id, error);
      }
    }
  }

  /** A state as it is written: the one from before where something became no number. */
  #text(programme: ProgrammeId): string {
    const state = this.#state(programme);
    const text = JSON.stringify(state);
    // a name may say so, too
    const place = text.includes('null') ? notFinite(state) : undefined;
    if (place === undefined || state.behind) return text;
    this.#fail(programme, new RangeError(`a sum is no finite number: ${place}`));
    return JSON.stringify(state);
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
        state: this.#text(programme),
      })),
    };
  }
}
