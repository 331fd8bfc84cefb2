import type { OptionKey } from '../domain/decision.ts';
import { countsFor } from './counts-for.ts';
import type { GoalSignal, Programme } from '../domain/programme.ts';
import { scaleOf } from '../policies/posterior.ts';
import type { Block, BlockTotal } from './blocks.ts';
import type { DelayLaw } from './delays.ts';
import { agesOf, arrivalsOf, awaitedHours, curveOf, lawOf } from './delays.ts';
import type { Stretch } from './models/delay.ts';
import { trialsOf } from './models/delay.ts';
import type { Late } from './lateness.ts';
import { Lateness } from './lateness.ts';
import { pairKey } from './worths.ts';

/** How much the trials of one option in one block tell by now. */
export interface Told {
  /** How much each trial counts, from 0 to 1. */
  trials: number;
  /** What the worth of each signal is multiplied with, so that divided by the trials it is what will have arrived. */
  signals: ReadonlyMap<string, number>;
  /** By signal, what has come of the levels of a category beside what has come of all, where they differ. */
  late: ReadonlyMap<string, Late>;
}

/** A signal that is awaited. */
export interface Awaited {
  goal: GoalSignal;
  law: DelayLaw;
  /** Its part of the variance of the reward, in no unit; 0 of what is only counted for a limit. */
  part: number;
}

/** What is awaited of the trials of one option in a block. */
interface Waiting {
  /** None where every window is closed. */
  ages: readonly Stretch[];
  /** How much each trial counts by now, by signal. */
  shares: Map<string, number>;
}

/** Arrivals that count as much as the belief that a signal comes at once. */
const SURE_ARRIVALS = 10;

const NO_AGES: Stretch[] = [];

/**
 * Hours that a trial is taken to be old at least where several signals are awaited: what counts is reckoned anew every five minutes, and of one that
 * was made since it is half of that on average. Of a signal that nothing could have come of nothing would be known, nor of the whole reward.
 */
const MOMENT = 1 / 24;

/** Nothing is awaited any more. */
const ALL: Told = { trials: 1, signals: new Map(), late: new Map() };

/**
 * What has arrived by now of what will. A trial whose signal has arrived counts 1 for that signal, any other F(age) / F(window)
 * (Chapelle, "Modeling Delayed Feedback in Display Advertising", 2014; Vernade, Cappé, Perchet, 2017). For the reward it
 * counts as much as leaves the sum over the signals as certain as it is: the mean of what it counts for each, harmonic, weighed by
 * their parts of the variance. The worths of each signal are scaled to that, so that no signal is taken for rarer or more frequent
 * than it is. Whose signals arrived is taken to be like everybody else in the block: that is exact without context. Where the levels of a category are
 * answered sooner and later, they are told apart (`lateness.ts`).
 *
 * Of a block in which a share of all trials has been answered, at least that share of what comes has come, whatever the law says:
 * nobody answers more surely than surely. That is what is learned from in the first minutes, of which the law knows nothing yet.
 */
export class Arrived {
  /** The signals of the goal. */
  readonly goals: readonly Awaited[];
  readonly #answers = new Map<Block, Map<string, number>>();
  readonly #known = new Map<BlockTotal, Waiting>();
  readonly #lateness = new Map<string, Lateness>();
  readonly #now: number;
  readonly #window: number;

  /** @param now hours since 1970 */
  constructor(
    programme: Programme,
    blocks: readonly Block[],
    now: number,
    categories: readonly (readonly number[])[] = [],
  ) {
    const { signals } = programme.goal;
    this.#now = now;
    this.#window = Math.max(...signals.map((goal) => awaitedHours(programme, goal)));
    this.goals = signals.map((goal) => {
      const awaiting = { goal, window: awaitedHours(programme, goal), now };
      const late = Lateness.of(categories, blocks, awaiting);
      if (late) this.#lateness.set(goal.signal, late);
      const law = lawOf(blocks, awaiting, late && ((...of) => late.heldTo(...of)));
      return { goal, law, part: partOf(goal, blocks) };
    });
  }

  /** Whether signals of the trials of one option in a block may still count. */
  isOpen(block: Block, option: OptionKey): boolean {
    return this.#waiting(block, option).ages.length > 0;
  }

  #waiting(block: Block, option: OptionKey): Waiting {
    const total = block.options[option]!;
    let known = this.#known.get(total);
    if (!known) this.#known.set(total, (known = { ages: this.#openAges(block, total), shares: new Map() }));
    return known;
  }

  #openAges(block: Block, total: BlockTotal): Stretch[] {
    if (this.#now - block.from - block.length >= this.#window) return NO_AGES;
    const ages = agesOf(block, total, this.#now);
    return ages.some(({ youngest }) => youngest < this.#window) ? ages : NO_AGES;
  }

  /** How much each trial of one option in a block counts for one signal, from 0 to 1. */
  shareOf(block: Block, option: OptionKey, { goal, law }: Awaited): number {
    const { ages, shares } = this.#waiting(block, option);
    if (ages.length === 0) return 1;
    let share = shares.get(goal.signal);
    if (share === undefined) {
      const total = block.options[option]!;
      const trials = total.information[0]!;
      const arrived = Math.min(trials, arrivalsOf(total, goal.signal));
      const counted = trialsOf(ages, arrived, curveOf(law, option), this.#answered(block, goal));
      shares.set(goal.signal, (share = counted / trials));
    }
    return share;
  }

  /**
   * The same as far as one can be sure of it: before it is known how late a signal comes, as if it came at once. A rare signal tells little of that, and
   * who takes it for late what is only rare is soon sure that there is too much of it.
   */
  surelyOf(block: Block, option: OptionKey, awaited: Awaited): number {
    const { known } = awaited.law;
    return (SURE_ARRIVALS + known * this.shareOf(block, option, awaited)) / (SURE_ARRIVALS + known);
  }

  /** Share of the trials of a block that had a signal, all options together. */
  #answered(block: Block, goal: GoalSignal): number {
    const known = this.#answers.get(block) ?? new Map<string, number>();
    this.#answers.set(block, known);
    let share = known.get(goal.signal);
    if (share === undefined) {
      const totals = Object.entries(block.options).filter(([option]) => countsFor(goal, option));
      const trials = totals.reduce((sum, [, own]) => sum + own.information[0]!, 0);
      const arrived = totals.reduce((sum, [, own]) => sum + arrivalsOf(own, goal.signal), 0);
      share = trials > 0 ? Math.min(1, arrived / trials) : 0;
      known.set(goal.signal, share);
    }
    return share;
  }

  told(block: Block, option: OptionKey): Told {
    if (!this.isOpen(block, option)) return ALL;
    const goals = this.goals.filter(({ goal }) => countsFor(goal, option));
    if (goals.length === 0) return ALL;
    const shares = goals.map((own) => {
      const share = this.shareOf(block, option, own);
      return goals.length > 1 ? Math.max(share, curveOf(own.law, option).at(MOMENT)) : share;
    });
    const parts = goals.reduce((sum, { part }) => sum + part, 0);
    const late = this.#late(block, option);
    const sure = goals.map(({ goal }) => late.get(goal.signal)?.sure ?? 1);
    // what has no part in the reward is not waited for
    const spread = goals.reduce((sum, { part }, i) => {
      return sum + (part > 0 ? part / (sure[i]! * shares[i]!) : 0);
    }, 0);
    const share = parts > 0 ? parts / spread : 1;
    const factors = goals.map(({ goal }, i) => {
      const factor = goals.length === 1 ? sure[0]! : shares[i] === 0 ? 0 : share / shares[i]!;
      return [goal.signal, factor] as const;
    });
    return { trials: share, signals: new Map(factors), late };
  }

  #late(block: Block, option: OptionKey): ReadonlyMap<string, Late> {
    if (this.#lateness.size === 0) return ALL.late;
    return new Map([...this.#lateness].map(([signal, own]) => [signal, own.in(block, option)]));
  }
}

/** As if the signal had happened once more than it did. */
function partOf(goal: GoalSignal, blocks: readonly Block[]): number {
  const key = pairKey(goal.signal, goal.signal);
  const squares = blocks.flatMap(({ options }) => Object.values(options).map((own) => own.squares[key] ?? 0));
  return scaleOf(goal) ** 2 * squares.reduce((sum, square) => sum + square, 1);
}
