import type { ArmReward, DecisionCount, FoldWrites, History, Merge } from '../contracts/records.ts';
import type { Programme, ProgrammeId } from '../domain/programme.ts';
import type { ModelState } from './model.ts';
import { addPersons, addTrials, emptyState, moveReward, moveWorth } from './model.ts';
import type { CreditChange } from './reconcile.ts';
import { creditChanges } from './reconcile.ts';

/** One fold under way: the states as they become, and what has to be written with them. */
export class Folding {
  readonly states: Map<ProgrammeId, ModelState>;
  readonly changes: { change: CreditChange; history: History }[] = [];
  readonly #touched = new Set<ProgrammeId>();
  readonly #rewards: ArmReward[] = [];
  readonly #removed: FoldWrites['removedRewards'] = [];

  constructor(states: ReadonlyMap<ProgrammeId, ModelState>) {
    this.states = new Map(states);
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

  decisions({ programme, option, arm, learn, first, count }: DecisionCount): void {
    if (learn) addTrials(this.#state(programme), option, count);
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

  reconcile(programme: Programme, history: History): void {
    const arm = history.arms[programme.id]!;
    const changes = creditChanges(programme, history);
    const held = history.rewards.filter((row) => row.programme === programme.id);
    const joined = held.length > 1 || held.some((row) => row.person !== history.person || row.arm !== arm);
    if (changes.length === 0 && !joined) return;
    const state = this.#state(programme.id);
    for (const { credit, before, decision } of changes) {
      if (decision.learn) moveWorth(state, decision.option, credit.signal, { before, after: credit.worth });
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
    const options = new Map(learned.map((decision) => [decision.id, decision.option]));
    for (const decision of learned) addTrials(state, decision.option, -1);
    for (const credit of history.credits) {
      const option = options.get(credit.decision);
      if (option !== undefined) moveWorth(state, option, credit.signal, { before: credit.worth, after: 0 });
    }
    for (const row of history.rewards) {
      if (row.programme === programme.id) moveReward(state, row.arm, row.reward, 0);
    }
    addPersons(state, history.arms[programme.id]!, -1);
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
