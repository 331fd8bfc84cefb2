import type { Merge } from '../contracts/merge.ts';
import type { ArmReward, DecisionCount, FoldWrites, History } from '../contracts/records.ts';
import type { Programme, ProgrammeId } from '../domain/programme.ts';
import type { FoldBase, FoldFault } from './fold-base.ts';
import type { ModelState } from './model.ts';
import { addPersons, emptyState, mergeArms, sumsOf } from './model.ts';
import type { Move } from './move.ts';
import { notFinite } from './not-finite.ts';
import { pastOf, sourcesOf } from './past-of.ts';
import type { CreditChange } from './reconcile.ts';
import { armsAfter, creditChanges, creditedTo, heldReward, rewardAfter } from './reconcile.ts';
import { goalSchema } from './responses.ts';
import type { Stretch } from './stretches.ts';
import { withoutStretch, withStretch } from './stretches.ts';
import { Teaching } from './teaching.ts';

/**
 * One fold under way: the states as they become, and what has to be written with them. What fails of one programme leaves its sums as they
 * were, and everything else alone: it is `behind` from then on.
 */
export class Folding {
  readonly states: Map<ProgrammeId, ModelState>;
  readonly moves: Move[] = [];
  readonly changes: { change: CreditChange; history: History }[] = [];
  readonly #before: ReadonlyMap<ProgrammeId, ModelState>;
  readonly #renewed: readonly ProgrammeId[];
  readonly #stretch: Stretch;
  readonly #goals: ReadonlyMap<ProgrammeId, string>;
  readonly #faults = new Map<ProgrammeId, unknown>();
  readonly #touched = new Set<ProgrammeId>();
  /** Programmes that somebody was erased from who had taught them something. */
  readonly #forgetting = new Set<ProgrammeId>();
  readonly #withdrawn = new Set<ProgrammeId>();
  readonly #rewards: ArmReward[] = [];
  readonly #removed: FoldWrites['removedRewards'] = [];
  readonly #teaching: Teaching;

  constructor({ states, programmes, renewed = [], stretch, position }: FoldBase) {
    this.#before = states;
    this.#renewed = renewed;
    this.#stretch = stretch;
    this.states = new Map(states);
    this.#teaching = new Teaching(programmes);
    this.#goals = new Map(programmes.map((own) => [own.id, goalSchema(own)]));
    for (const programme of renewed) this.#state(programme);
    for (const [programme, { owing }] of states) if (owing) this.#settle(programme, owing);
    for (const { id } of programmes) this.#follow(id, { after: 0, upTo: position });
  }

  /** What failed first of each programme. */
  get faults(): FoldFault[] {
    return [...this.#faults].map(([programme, error]) => ({ programme, error }));
  }

  /** Programmes that begin anew: somebody was erased whom what had been learned could not be told apart from. */
  get withdrawn(): ProgrammeId[] {
    return [...this.#withdrawn];
  }

  /** The state to change: a copy of the one that decisions are being made on. */
  #state(programme: ProgrammeId): ModelState {
    if (!this.#touched.has(programme)) {
      this.#touched.add(programme);
      const state = structuredClone(this.states.get(programme)) ?? emptyState();
      state.goal ??= this.#goals.get(programme);
      this.states.set(programme, state);
    }
    return this.states.get(programme)!;
  }

  /** Where credits and rewards are by another goal than the programme has now, they are owed to everybody. */
  #follow(programme: ProgrammeId, all: Stretch): void {
    const [known, goal] = [this.states.get(programme), this.#goals.get(programme)];
    if (known?.goal === undefined || known.goal === goal) return;
    Object.assign(this.#state(programme), { goal, owing: withStretch(known.owing ?? [], all) });
  }

  /** Whoever is in the stretch is looked at now: what fails again is owed again. */
  #settle(programme: ProgrammeId, owing: readonly Stretch[]): void {
    const { after, upTo } = this.#stretch;
    if (!owing.some((own) => own.after < upTo && after < own.upTo)) return;
    const left = withoutStretch(owing, this.#stretch);
    this.#state(programme).owing = left.length > 0 ? left : undefined;
  }

  /** Changes a state; where that fails, its sums are what they were. */
  #change(programme: ProgrammeId, change: (state: ModelState) => void): void {
    try {
      change(this.#state(programme));
    } catch (error) {
      this.#fail(programme, error);
    }
  }

  /** Adds to the sums of a programme; nothing to those of one that is behind. */
  #learn(programme: ProgrammeId, add: (state: ModelState) => void): void {
    if (!this.#state(programme).behind) this.#change(programme, add);
  }

  #fail(programme: ProgrammeId, error: unknown): void {
    if (!this.#faults.has(programme)) this.#faults.set(programme, error);
    const state = this.#state(programme);
    if (state.behind) return;
    const before = this.#before.get(programme) ?? emptyState();
    Object.assign(state, structuredClone(sumsOf(before)), { behind: true });
    if (this.#forgetting.has(programme)) this.#withdraw(programme);
  }

  /** Takes everything out of the sums that somebody who is erased may still be in. */
  #withdraw(programme: ProgrammeId): void {
    const state = this.#state(programme);
    if (state.linear.blocks.length > 0) this.#withdrawn.add(programme);
    Object.assign(state, sumsOf(emptyState()));
  }

  decisions(alike: DecisionCount): void {
    const { programme, option, arm, learn, first, count, context = {}, pieces, hour, planned } = alike;
    const lesson = { option, context, pieces, planned, hour };
    if (learn) this.#learn(programme, (state) => this.#teaching.add(programme, state, lesson, count));
    if (first) this.#change(programme, (state) => addPersons(state, arm, count));
  }

  merge({ arms }: Merge): void {
    for (const own of arms) {
      if (own.into && own.from) this.#change(own.programme, (state) => mergeArms(state, own));
    }
  }

  /** Credits what somebody did. Where that fails nothing of it is written, and it is owed to them. */
  reconcile(programme: Programme, history: History): void {
    const { id } = programme;
    try {
      this.#reconcile(programme, history);
    } catch (error) {
      if (!this.#faults.has(id)) this.#faults.set(id, error);
      const state = this.#state(id);
      state.owing = withStretch(state.owing ?? [], this.#stretch);
    }
  }

  #reconcile(programme: Programme, history: History): void {
    const arm = history.arms[programme.id]!;
    const changes = creditChanges(programme, history);
    const held = history.rewards.filter((row) => row.programme === programme.id);
    const joined = held.length > 1 || held.some((row) => row.person !== history.person || row.arm !== arm);
    const reward = rewardAfter(programme, history, changes);
    if (changes.length === 0 && !joined && reward === heldReward(held)) return;
    try {
      this.#state(programme.id).arms = armsAfter(this.#state(programme.id), held, { arm, reward });
    } catch (error) {
      // it may be the sums, too, that are to blame
      this.#fail(programme.id, error);
      throw error;
    }
    for (const row of held) this.#removed.push({ person: row.person, programme: row.programme });
    this.#rewards.push({ person: history.person, programme: programme.id, arm, reward });
    this.changes.push(...changes.map((change) => ({ change, history })));
    for (const own of Map.groupBy(changes, ({ decision }) => decision.id).values()) {
      const [{ decision }] = own as [CreditChange];
      if (!decision.learn) continue;
      const before = creditedTo(history, decision);
      const moved = own.map(({ credit }) => [credit.signal, credit] as const);
      const credits = { before, after: { ...before, ...Object.fromEntries(moved) } };
      this.moves.push({ programme: programme.id, decision, ...credits });
      this.#learn(programme.id, (state) => this.#teaching.credit(programme, state, decision, credits));
    }
  }

  /** Takes everything one person taught back out. */
  forget(programme: Programme, history: History): void {
    const { id } = programme;
    const learned = history.decisions.filter((d) => d.programme === id && d.learn);
    this.#state(id).forgot = this.#stretch.upTo;
    if (learned.length > 0) {
      this.#forgetting.add(id);
      if (this.#state(id).behind) this.#withdraw(id);
    }
    const moves = learned.map((decision) => ({
      programme: id,
      decision,
      before: creditedTo(history, decision),
    }));
    this.moves.push(...moves);
    this.#learn(id, (own) => {
      for (const { decision, before } of moves) this.#teaching.remove(programme, own, decision, before);
    });
    this.#leave(id, history);
  }

  /** Takes a person and their reward out of their arm. */
  #leave(id: ProgrammeId, { arms, rewards }: History): void {
    const held = rewards.filter((row) => row.programme === id);
    this.#change(id, (state) => {
      const before = state.arms;
      // whoever is erased stays in no arm, whatever else does
      state.arms = emptyState().arms;
      const left = { arms: armsAfter({ arms: before }, held) };
      addPersons(left, arms[id]!, -1);
      state.arms = left.arms;
    });
  }

  /**
   * What programmes know from others follows from what was learned there by now, also where somebody was erased from it.
   * @param saved whether programmes may have been saved since the last fold
   */
  pasts(programmes: readonly Programme[], saved: boolean): void {
    const byId = new Map(programmes.map((own) => [own.id, own]));
    for (const programme of programmes) {
      const { id } = programme;
      const before = this.states.get(id)?.past;
      const sources = sourcesOf(programme, byId);
      const moved = sources.some((own) => this.#touched.has(own));
      if (!saved && !moved && before) continue;
      if (before && sources.some((own) => this.#forgetting.has(own)))
        Object.assign(this.#state(id), { past: undefined, forgot: this.#stretch.upTo });
      try {
        const past = pastOf(programme, byId, this.states);
        if (JSON.stringify(past) !== JSON.stringify(before)) this.#state(id).past = past;
      } catch (error) {
        this.#fail(id, error);
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

  writes(position: number): Omit<FoldWrites, 'epoch' | 'expected' | 'outcomes' | 'forgotten'> {
    const credits = this.changes.map(({ change }) => change.credit);
    return {
      position,
      credits: credits.filter((credit) => credit.worth > 0),
      removedCredits: credits.filter((credit) => credit.worth === 0),
      rewards: this.#rewards,
      removedRewards: this.#removed,
      snapshots: [...this.#touched].map((own) => ({ programme: own, position, state: this.#text(own) })),
    };
  }
}
