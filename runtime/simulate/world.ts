import type { DecideRequest, OptionKey } from '../../core/domain/decision.ts';
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

/** What numbers are made up between where their range is not declared. */
export const RANGE = { min: 0, max: 100 };

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
  readonly #first: number;
  readonly #carried: readonly [string, FeatureDeclaration][];
  readonly #category: Category | undefined;
  /** By value of the category; one for everybody where there is none. */
  readonly #segments: readonly Omit<Somebody, 'context'>[];
  readonly #goal: GoalSignal;

  constructor(programme: Programme, plan: Plan, rng: Xoshiro) {
    this.#programme = programme;
    this.#plan = plan;
    this.options = optionsOf(programme, programme.variants);
    const { signals } = programme.goal;
    const goal = signals.find(({ weight }) => weight > 0) ?? signals[0]!;
    this.#goal = goal;
    this.#earning = this.options.filter((option) => countsFor(goal, option));
    this.#first = Math.floor(rng.uniform() * this.#earning.length);
    this.#carried = carried(programme);
    this.#category = learnsContext(programme) ? categoryOf(programme) : undefined;
    this.#segments = (this.#category?.[1] ?? ['']).map((_, i) => {
      return { likeliest: this.#likeliestOf(i), best: this.#bestOf(i) };
    });
  }

  /** What is the best for somebody, each option once; none where all are alike. */
  get best(): OptionKey[] {
    if (this.#alike) return [];
    return [...new Set(this.#segments.map(({ best }) => best))];
  }

  get #alike(): boolean {
    return this.#plan.effect === 0 && this.#segments.every(({ likeliest, best }) => likeliest === best);
  }

  /** In words. */
  get truth(): string[] {
    const better = percent(this.#rateOf(true));
    const silent = this.#earning.length < this.options.length ? ', nothing after silence' : '';
    const rest = `${percent(this.#rateOf(false))} after any other${silent}`;
    if (this.#alike) return [`every option earns ${better}${silent}`];
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

  /** The next one who is asked about. */
  next(rng: Xoshiro): Somebody {
    const context = Object.fromEntries(
      this.#carried.map(([name, declared]) => [name, valueOf(declared, rng)]),
    );
    const [name = '', values = []] = this.#category ?? [];
    const segment = Math.max(0, values.indexOf(String(context[name])));
    return { context, ...this.#segments[segment]! };
  }

  rate({ likeliest }: Somebody, option: OptionKey): number {
    return this.#rateAfter(option, likeliest);
  }

  /** Expected rate of somebody whose option is drawn evenly. */
  get evenRate(): number {
    return (this.#plan.baseRate * (this.#earning.length + this.#plan.effect)) / this.options.length;
  }

  /** What the goal counts of what somebody does after a decision, from 0 to 1: nothing, it, or a value of anything up to its cap. */
  worth(somebody: Somebody, option: OptionKey, rng: Xoshiro): number {
    const [does, worth] = [rng.uniform() < this.rate(somebody, option), rng.uniform()];
    if (!does) return 0;
    return this.#goal.value === undefined ? 1 : worth;
  }
}

function valueOf(declared: FeatureDeclaration, rng: Xoshiro): string | number {
  const unit = rng.uniform();
  if (declared.type === 'category') return declared.values[Math.floor(unit * declared.values.length)]!;
  const { min, max } = { ...RANGE, ...declared };
  return min + (max - min) * unit;
}

/** Features that requests carry: the others are the person's own, and nobody here has a past. */
const carried = ({ context = {} }: Programme): [string, FeatureDeclaration][] =>
  Object.entries(context).filter(([, { from }]) => from === undefined);

function categoryOf(programme: Programme): Category | undefined {
  const found = carried(programme).find(([, declared]) => declared.type === 'category');
  return found?.[1].type === 'category' ? [found[0], found[1].values] : undefined;
}

export const percent = (share: number): string => `${Number((100 * share).toPrecision(3))} %`;
