import type { DecideRequest, OptionKey } from '../../core/domain/decision.ts';
import type { SignalEvent } from '../../core/domain/event.ts';
import type { FeatureDeclaration } from '../../core/domain/feature.ts';
import type { GoalSignal, Programme } from '../../core/domain/programme.ts';
import { countsFor } from '../../core/learn/counts-for.ts';
import { learnsContext } from '../../core/learn/linear-state.ts';
import type { Xoshiro } from '../../core/maths/xoshiro.ts';
import { costOf } from '../../core/policies/costs.ts';
import { optionsOf } from '../../core/policies/policy.ts';
import { scaleOf } from '../../core/policies/posterior.ts';

/** What is planted. */
export interface Plan {
  /** Probability that somebody does what the goal counts, after any option but the best. */
  baseRate: number;
  /** How much likelier it is after the best option: 0.3 is 30 % likelier. */
  effect: number;
}

/** Somebody who is asked about. */
export interface Somebody {
  context: DecideRequest['context'];
  /** What the goal is likeliest after, and what is the best for them less what it costs. */
  likeliest: OptionKey;
  best: OptionKey;
}

type Category = [name: string, values: readonly string[]];

/**
 * A made-up audience of a programme, of which the truth is known: one option is the best for everybody, or, where the policy
 * learns from context and a category is declared, another one for each value of the first category.
 */
export class World {
  readonly options: readonly OptionKey[];
  /** Those that earn anything by what the goal counts: silence may be left out of it. */
  readonly #earning: readonly OptionKey[];
  readonly #programme: Programme;
  readonly #plan: Plan;
  readonly #rng: Xoshiro;
  readonly #first: number;
  readonly #category: Category | undefined;
  readonly #goal: GoalSignal;

  constructor(programme: Programme, plan: Plan, rng: Xoshiro) {
    this.#programme = programme;
    this.#plan = plan;
    this.#rng = rng;
    this.options = optionsOf(programme, programme.variants);
    const { signals } = programme.goal;
    const goal = signals.find(({ weight }) => weight > 0) ?? signals[0]!;
    this.#goal = goal;
    this.#earning = this.options.filter((option) => countsFor(goal, option));
    this.#first = Math.floor(rng.uniform() * this.#earning.length);
    this.#category = learnsContext(programme) ? categoryOf(programme) : undefined;
  }

  /** In words. */
  get truth(): string[] {
    const better = percent(this.#rateOf(true));
    const silent = this.#earning.length < this.options.length ? ', nothing after silence' : '';
    const rest = `${percent(this.#rateOf(false))} after any other${silent}`;
    const line = (i: number): string => `${this.#likeliestOf(i)} earns ${better}, ${rest}${this.#netOf(i)}`;
    if (!this.#category) return [line(0)];
    const [name, values] = this.#category;
    return values.map((value, i) => `${name} = ${value}: ${line(i)}`);
  }

  #netOf(segment: number): string {
    const best = this.#bestOf(segment);
    return best === this.#likeliestOf(segment) ? '' : `; net of costs ${best} is the best`;
  }

  get signal(): string {
    return this.#goal.signal;
  }

  #likeliestOf(segment: number): OptionKey {
    return this.#earning[(this.#first + segment) % this.#earning.length]!;
  }

  #bestOf(segment: number): OptionKey {
    const likeliest = this.#likeliestOf(segment);
    // what it is worth on average: a value is anything up to its cap
    const worth = scaleOf(this.#goal) * (this.#goal.value === undefined ? 1 : 0.5);
    const net = (option: OptionKey): number =>
      worth * this.#rateAfter(option, likeliest) - costOf(this.#programme, option);
    return this.options.reduce((best, option) => (net(option) > net(best) ? option : best), likeliest);
  }

  #rateOf(isBest: boolean): number {
    return this.#plan.baseRate * (isBest ? 1 + this.#plan.effect : 1);
  }

  #rateAfter(option: OptionKey, likeliest: OptionKey): number {
    return this.#earning.includes(option) ? this.#rateOf(option === likeliest) : 0;
  }

  next(): Somebody {
    const context = Object.fromEntries(
      carried(this.#programme).map(([name, declared]) => [name, this.#valueOf(declared)]),
    );
    const [name = '', values = []] = this.#category ?? [];
    const segment = Math.max(0, values.indexOf(String(context[name])));
    return { context, likeliest: this.#likeliestOf(segment), best: this.#bestOf(segment) };
  }

  #valueOf(declared: FeatureDeclaration): string | number {
    const unit = this.#rng.uniform();
    if (declared.type === 'number') {
      const { min = 0, max = 100 } = declared;
      return min + (max - min) * unit;
    }
    return declared.values[Math.floor(unit * declared.values.length)]!;
  }

  rate({ likeliest }: Somebody, option: OptionKey): number {
    return this.#rateAfter(option, likeliest);
  }

  /** Expected rate of somebody whose option is drawn evenly. */
  get evenRate(): number {
    return (this.#plan.baseRate * (this.#earning.length + this.#plan.effect)) / this.options.length;
  }

  /** What somebody does after a decision: nothing, or what the goal counts. A value is anything up to its cap. */
  happens(
    somebody: Somebody,
    { option, id, userId, at }: { option: OptionKey; id: string; userId: string; at: number },
  ): SignalEvent | undefined {
    const [does, worth] = [this.#rng.uniform() < this.rate(somebody, option), this.#rng.uniform()];
    if (!does) return undefined;
    const { signal: name, value, cap = 1 } = this.#goal;
    const values = value === undefined ? {} : { [value]: worth * cap };
    return { type: 'signal', source: 'simulation', id, at, person: { userId }, name, values, decisionId: id };
  }
}

/** Features that requests carry: the others are the person's own, and nobody here has a past. */
const carried = ({ context = {} }: Programme): [string, FeatureDeclaration][] =>
  Object.entries(context).filter(([, { from }]) => from === undefined);

function categoryOf(programme: Programme): Category | undefined {
  const found = carried(programme).find(([, declared]) => declared.type === 'category');
  return found?.[1].type === 'category' ? [found[0], found[1].values] : undefined;
}

export const percent = (share: number): string => `${Number((100 * share).toPrecision(3))} %`;
