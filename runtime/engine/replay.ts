import { setImmediate as turn } from 'node:timers/promises';
import type { CreditedDecision, DeskStore } from '../../core/contracts/store.ts';
import type { Decision, OptionKey } from '../../core/domain/decision.ts';
import type { Person, PersonId } from '../../core/domain/person.ts';
import type { Programme } from '../../core/domain/programme.ts';
import type { NotKept, Subject } from '../../core/guardrails/coverage.ts';
import { filledIn, notKept } from '../../core/guardrails/coverage.ts';
import type { Asks } from '../../core/guardrails/readings.ts';
import { asksOf } from '../../core/guardrails/readings.ts';
import type { ModelState } from '../../core/learn/model.ts';
import type { Alternatives, Skipped, Weighed } from '../../core/measure/replay.ts';
import {
  compare,
  isMature,
  rewardOf,
  samePieces,
  sameRewards,
  skippedFor,
  weigh,
} from '../../core/measure/replay.ts';
import type { ValueOfChange } from '../../core/measure/value-of-change.ts';
import { valueOfChange } from '../../core/measure/value-of-change.ts';
import { compileRules } from './eligibility.ts';
import { liveOf } from './live.ts';
import type { End, Stretch } from './recorded.ts';
import { recorded, Versions } from './recorded.ts';

/** What a changed programme would have done with recorded decisions. */
export interface Replay {
  programme: string;
  /** The version the change is compared with, and the model both are asked on. */
  programmeVersion: number;
  modelVersion: number;
  decisions: number;
  /** When the first and the last of them were made, ms since 1970. */
  from?: number | undefined;
  to?: number | undefined;
  /** Why no more were read. */
  ended: End;
  compared: number;
  /** Decisions that say nothing about the change, by why. */
  skipped: Partial<Record<Skipped, number>>;
  /** What the changed programme looks at and some of these decisions did not keep. */
  notLookedAt: string[];
  /** What they did not keep of the profile and was taken as it is now. */
  assumed: string[];
  differ: number;
  share: number;
  /** Options chosen on one and on the other, with the same draw; most frequent first. */
  moves: { from: OptionKey; to: OptionKey; count: number }[];
  /** Options only the changed programme drops, and only the unchanged one, by guardrail. */
  newlyDropped: Record<string, number>;
  newlyAllowed: Record<string, number>;
  value: ValueOfChange;
}

/** Moves that are told at most. */
const MOST_MOVES = 20;

export interface ReplayAsk {
  current: Programme;
  changed: Programme;
  model: { version: number; state: ModelState };
  stretch: Stretch;
  /** ms since 1970 */
  now: number;
}

const count = <Key extends string>(counts: Partial<Record<Key, number>>, key: Key): void => {
  counts[key] = (counts[key] ?? 0) + 1;
};

const subjectOf = (programme: Programme): Subject => ({
  programme,
  asks: asksOf(programme, compileRules(programme)),
});

type ReplayStore = Pick<DeskStore, 'decisionsOf' | 'programmeVersion' | 'profiles'>;

/** What decisions of one version did not keep, and what they did. */
interface Lack extends NotKept {
  kept: Asks;
}

function lackOf(wanted: readonly Subject[], kept: Subject): Lack {
  const all = wanted.map((one) => notKept(one, kept));
  const join = (of: (one: NotKept) => string[]): string[] => [...new Set(all.flatMap(of))];
  return { profile: join(({ profile }) => profile), past: join(({ past }) => past), kept: kept.asks };
}

class Replaying {
  readonly #ask: ReplayAsk;
  readonly #sides: Alternatives;
  readonly #versions: Versions;
  readonly #wanted: Subject[];
  readonly #lacks = new Map<number, Lack | undefined>();
  readonly #store: ReplayStore;
  readonly #moves = new Map<string, Replay['moves'][number]>();
  readonly #unchanged: Weighed[] = [];
  readonly #changed: Weighed[] = [];
  readonly #notLookedAt = new Set<string>();
  readonly #assumed = new Set<string>();
  readonly result: Omit<Replay, 'moves' | 'value' | 'notLookedAt' | 'assumed' | 'share' | 'ended'>;

  constructor(ask: ReplayAsk, store: ReplayStore) {
    this.#store = store;
    const { current, changed, model } = ask;
    this.#ask = ask;
    // a change is tried out as if both were live: they may be drafts by now
    const sides = [current, changed].map((own): Programme => ({ ...own, status: 'live' }));
    this.#sides = { unchanged: liveOf(sides[0]!, model), changed: liveOf(sides[1]!, model) };
    this.#wanted = sides.map(subjectOf);
    this.#versions = new Versions(store, current.id);
    this.result = {
      ...{ programme: current.id, programmeVersion: current.version, modelVersion: model.version },
      ...{ decisions: 0, compared: 0, skipped: {}, differ: 0, newlyDropped: {}, newlyAllowed: {} },
    };
  }

  /** Takes a page of decisions; others have their turn in between. */
  async take(page: readonly CreditedDecision[]): Promise<void> {
    const profiles = await this.#profiles(page);
    for (const credited of page) {
      // with many variants and times one takes some milliseconds
      await turn();
      this.#take(credited, profiles);
    }
  }

  /** Profiles as they are now, of those whose decisions did not keep all that is looked at. */
  async #profiles(page: readonly CreditedDecision[]): Promise<ReadonlyMap<PersonId, Person>> {
    const lacking = new Set<PersonId>();
    for (const { decision } of page) {
      const lack = await this.#lack(decision.programmeVersion);
      if (lack && lack.profile.length > 0) lacking.add(decision.person);
    }
    if (lacking.size === 0) return new Map();
    const found = await this.#store.profiles([...lacking]);
    return new Map(found.flatMap((person) => person.members.map((member) => [member, person] as const)));
  }

  /** What decisions made on a version did not keep of what the two programmes look at; undefined: nobody knows. */
  async #lack(version: number): Promise<Lack | undefined> {
    if (!this.#lacks.has(version)) {
      const programme = await this.#versions.get(version);
      this.#lacks.set(version, programme ? lackOf(this.#wanted, subjectOf(programme)) : undefined);
    }
    return this.#lacks.get(version);
  }

  #take(credited: CreditedDecision, profiles: ReadonlyMap<PersonId, Person>): void {
    const { result } = this;
    const { decision } = credited;
    result.decisions++;
    result.from = Math.min(result.from ?? Infinity, decision.at);
    result.to = Math.max(result.to ?? -Infinity, decision.at);
    const lack = this.#lacks.get(decision.programmeVersion);
    const skipped = skippedFor(decision);
    if (!lack || skipped) count(result.skipped, skipped ?? 'incomplete');
    else if (lack.past.length > 0) {
      count(result.skipped, 'not-looked-at');
      for (const name of lack.past) this.#notLookedAt.add(name);
    } else this.#compare({ ...credited, decision: this.#filled(decision, lack, profiles) });
  }

  /** What was not kept of a profile is taken as it is now. */
  #filled(decision: Decision, { profile, kept }: Lack, profiles: ReadonlyMap<PersonId, Person>): Decision {
    const person = profiles.get(decision.person);
    if (profile.length === 0 || !person || !decision.read) return decision;
    for (const name of profile) this.#assumed.add(name);
    const read = this.#wanted.reduce((now, { asks }) => filledIn(now, asks, kept, person), decision.read);
    return { ...decision, read };
  }

  #compare(credited: CreditedDecision): void {
    const { decision } = credited;
    const made = compare(decision, this.#sides);
    // a trait may be too large to be kept
    if (!made) return count(this.result.skipped, 'incomplete');
    const { unchanged, changed } = made;
    const { result } = this;
    result.compared++;
    this.#drops(unchanged, changed);
    if (unchanged.option !== changed.option) {
      result.differ++;
      const key = `${unchanged.option} ${changed.option}`;
      const move = this.#moves.get(key) ?? { from: unchanged.option, to: changed.option, count: 0 };
      this.#moves.set(key, { ...move, count: move.count + 1 });
    }
    if (!isMature(decision, this.#sides.unchanged, this.#ask.now)) return;
    const reward = rewardOf(credited, this.#sides.unchanged);
    this.#unchanged.push(weigh(decision, unchanged, reward));
    this.#changed.push(weigh(decision, changed, reward));
  }

  #drops(unchanged: Decision, changed: Decision): void {
    const only = (some: Decision, other: Decision): Decision['dropped'] =>
      some.dropped.filter(({ option }) => !other.dropped.some((one) => one.option === option));
    for (const { rule } of only(changed, unchanged)) count(this.result.newlyDropped, rule);
    for (const { rule } of only(unchanged, changed)) count(this.result.newlyAllowed, rule);
  }

  #value(): ValueOfChange {
    const { current, changed } = this.#ask;
    if (!sameRewards(current, changed)) {
      const decisions = this.#changed.length;
      return {
        refused: 'the goal or the costs are others, and what these decisions earned was counted by the old',
        decisions,
      };
    }
    if (JSON.stringify(current.timing) !== JSON.stringify(changed.timing)) {
      const refused = 'messages would be sent at other times, and what that is worth is not estimated';
      return { refused, decisions: this.#changed.length };
    }
    if (!samePieces(current, changed)) {
      const refused =
        'messages would be put together from other pieces or in another way, and what that is worth is not estimated';
      return { refused, decisions: this.#changed.length };
    }
    return valueOfChange(this.#unchanged, this.#changed);
  }

  end(ended: End): Replay {
    const { compared, differ } = this.result;
    const moves = [...this.#moves.values()].sort((a, b) => b.count - a.count).slice(0, MOST_MOVES);
    const share = compared === 0 ? 0 : differ / compared;
    const [notLookedAt, assumed] = [[...this.#notLookedAt], [...this.#assumed]];
    return { ...this.result, ended, notLookedAt, assumed, share, moves, value: this.#value() };
  }
}

/**
 * Runs a changed programme over recorded decisions, one by one, each with the facts it was made on: contacts stay as they
 * were, also where the change would have made others. Bounded in decisions and in time.
 */
export async function replay(ask: ReplayAsk, store: ReplayStore): Promise<Replay> {
  const replaying = new Replaying(ask, store);
  const pages = recorded(store, ask.current.id, ask.stretch);
  for (;;) {
    const page = await pages.next();
    if (page.done) return replaying.end(page.value);
    await replaying.take(page.value);
  }
}
