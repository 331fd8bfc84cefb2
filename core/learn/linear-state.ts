import type { DecideRequest, OptionKey } from '../domain/decision.ts';
import type { Programme } from '../domain/programme.ts';
import { DAY_MS } from '../domain/programme.ts';
import { DeclaredFeatures } from './features/declared.ts';
import { schemaHash } from './models/snapshot.ts';

/** Worths in [0, 1] are rounded to this grid, for the same reason as features are (`features/declared.ts`). */
const WORTH_GRID = 2 ** 16;

/** Half-lives between two origins of the weights: what is written stays far from the ends of a double. */
const ERA = 256;

/** Sums over the trials of one option, each weighed; x are its features, w the worths of its signals. */
export interface LinearTotal {
  /** Packed lower triangle of x x'; its first number is the weight of all trials, since the first feature is the constant. */
  information: number[];
  /** x w, by signal. */
  responses: Record<string, number[]>;
  /** w w, by pair of signals. */
  squares: Record<string, number>;
}

/** What a linear model of the reward on the context is made from: sums only, by option. */
export interface LinearState {
  /** Of the features and the half-life: sums of other columns or weights are not added to these. */
  schema: string;
  /** The origin of the weights, in units of 256 half-lives. */
  era: number;
  options: Record<OptionKey, LinearTotal>;
}

/** One decision that teaches, or several that are alike. */
export interface LinearTrial {
  option: OptionKey;
  context: DecideRequest['context'];
  /** Day since 1970 on which it was made. */
  day: number;
}

export type Worths = Readonly<Record<string, number>>;

export const dayOf = (at: number): number => Math.floor(at / DAY_MS);

export const pairKey = (one: string, other: string): string =>
  JSON.stringify(one < other ? [one, other] : [other, one]);

const onGrid = (worth: number): number => Math.round(worth * WORTH_GRID) / WORTH_GRID;

/** Whether a programme learns from the context of its requests. */
export const learnsContext = ({ policy }: Programme): boolean => policy.kind === 'linear-thompson';

/** How the trials of one programme version become sums. */
export class LinearSums {
  readonly features: DeclaredFeatures;
  readonly schema: string;
  readonly #halfLife: number | undefined;

  constructor(programme: Programme) {
    this.features = new DeclaredFeatures(programme);
    this.#halfLife = programme.policy.halfLifeDays;
    const { schema } = this.features;
    this.schema = this.#halfLife === undefined ? schema : schemaHash([schema, this.#halfLife]);
  }

  empty(): LinearState {
    return { schema: this.schema, era: 0, options: {} };
  }

  /**
   * Weight of a day: it doubles every half-life, from the origin of the state on. Divided by the weight of a later day it
   * is what is left by then (forward decay; Cormode, Shkapenyuk, Srivastava, Xu, 2009), so sums need no touching as time
   * goes by, and anything can be taken back at its own weight.
   */
  weight({ era }: Pick<LinearState, 'era'>, day: number): number {
    return this.#halfLife === undefined ? 1 : 2 ** (day / this.#halfLife - era * ERA);
  }

  /** Adds trials; a negative number takes them back. Changes `state`. */
  addTrials(state: LinearState, { option, context, day }: LinearTrial, count: number): void {
    this.#advance(state, day);
    const x = this.features.encode(context);
    const { information } = this.#total(state, option);
    const weight = count * this.weight(state, day);
    let at = 0;
    for (let i = 0; i < x.length; i++) {
      const scaled = weight * x[i]!;
      for (let j = 0; j <= i; j++) information[at++]! += scaled * x[j]!;
    }
  }

  /** Moves what the signals of one trial are worth. Changes `state`. */
  moveWorths(state: LinearState, trial: LinearTrial, before: Worths, after: Worths): void {
    this.#advance(state, trial.day);
    const x = this.features.encode(trial.context);
    const weight = this.weight(state, trial.day);
    const { responses, squares } = this.#total(state, trial.option);
    const signals = Object.keys({ ...before, ...after }).sort();
    for (const [i, one] of signals.entries()) {
      const [from, to] = [onGrid(before[one] ?? 0), onGrid(after[one] ?? 0)];
      const response = (responses[one] ??= new Array<number>(x.length).fill(0));
      if (from !== to) for (const [j, xj] of x.entries()) response[j]! += weight * (to - from) * xj;
      for (const other of signals.slice(i)) {
        const change = to * onGrid(after[other] ?? 0) - from * onGrid(before[other] ?? 0);
        const key = pairKey(one, other);
        if (change !== 0) squares[key] = (squares[key] ?? 0) + weight * change;
      }
    }
  }

  #total({ options }: LinearState, option: OptionKey): LinearTotal {
    const d = this.features.count;
    return (options[option] ??= {
      information: new Array<number>((d * (d + 1)) / 2).fill(0),
      responses: {},
      squares: {},
    });
  }

  /** Moves the origin of the weights when a day is too far from it. Powers of two: every sum stays what it was. */
  #advance(state: LinearState, day: number): void {
    if (this.#halfLife === undefined) return;
    const era = Math.floor(day / this.#halfLife / ERA);
    if (era <= state.era) return;
    const factor = 2 ** (ERA * (state.era - era));
    state.era = era;
    const scale = (sums: number[]): void => sums.forEach((sum, i) => (sums[i] = sum * factor));
    for (const { information, responses, squares } of Object.values(state.options)) {
      scale(information);
      Object.values(responses).forEach(scale);
      for (const key of Object.keys(squares)) squares[key]! *= factor;
    }
  }
}

const known = new WeakMap<Programme, LinearSums>();

/** The sums of a programme version, made once for each. */
export function linearSumsOf(programme: Programme): LinearSums {
  let sums = known.get(programme);
  if (!sums) known.set(programme, (sums = new LinearSums(programme)));
  return sums;
}
