import type { OptionKey } from '../domain/decision.ts';
import type { Programme } from '../domain/programme.ts';
import type { LinearState, LinearSums } from '../learn/linear-state.ts';
import { dayOf, pairKey } from '../learn/linear-state.ts';
import type { ModelState } from '../learn/model.ts';
import type { RowSums } from '../learn/models/linear.ts';
import { LinearModel } from '../learn/models/linear.ts';
import { optionsOf } from './policy.ts';
import { rewardRange, scaleOf } from './posterior.ts';

/** The sums to believe in, where there are some: none for another context than the programme declares now. */
export function linearStateOf(sums: LinearSums, { linear, options }: ModelState): LinearState | undefined {
  if (linear?.schema === sums.schema) return linear;
  return Object.keys(options).length === 0 ? sums.empty() : undefined;
}

/** What a programme believes of each of its options at one time, in rewards. */
export class LinearBeliefs {
  readonly options: readonly OptionKey[];
  readonly model: LinearModel;
  /** Reward that one unit of the model is. */
  readonly unit: number;
  readonly #means: Float64Array;
  readonly #sds: Float64Array;

  /** @param at ms since 1970 */
  constructor(programme: Programme, sums: LinearSums, state: LinearState, at: number) {
    const { low, high } = rewardRange(programme);
    this.unit = high - low;
    this.options = optionsOf(programme, programme.variants);
    this.model = new LinearModel(sums.features.count, this.options.length);
    this.#means = new Float64Array(this.options.length);
    this.#sds = new Float64Array(this.options.length);
    const now = sums.weight(state, dayOf(at));
    for (const [i, option] of this.options.entries()) {
      const own = rowSums(programme, state, option, this.unit);
      if (own) this.model.know(i, weighed(own, 1 / now));
    }
  }

  /** Mean and standard deviation of the expected reward of some options in context `x`. */
  score(x: Float64Array, options: readonly OptionKey[]): { means: Float64Array; sds: Float64Array } {
    const places = options.map((option) => this.options.indexOf(option));
    const [means, sds] = [this.#means.subarray(0, places.length), this.#sds.subarray(0, places.length)];
    this.model.score(x, places, means, sds);
    for (let i = 0; i < places.length; i++) {
      means[i]! *= this.unit;
      sds[i]! *= this.unit;
    }
    return { means, sds };
  }
}

/** Sums over the rows of one option, rewards in units of the range of the goal as it is now. */
function rowSums(
  programme: Programme,
  state: LinearState,
  option: OptionKey,
  unit: number,
): RowSums | undefined {
  const own = state.options[option];
  if (!own) return undefined;
  const { signals } = programme.goal;
  const d = Math.sqrt(2 * own.information.length + 0.25) - 0.5;
  const response = new Float64Array(d);
  let squares = 0;
  for (const goal of signals) {
    const scale = scaleOf(goal) / unit;
    for (const [j, sum] of (own.responses[goal.signal] ?? []).entries()) response[j]! += scale * sum;
    for (const other of signals) {
      squares += scale * (scaleOf(other) / unit) * (own.squares[pairKey(goal.signal, other.signal)] ?? 0);
    }
  }
  return { weight: own.information[0]!, information: own.information, response, squares };
}

function weighed({ weight, information, response, squares }: RowSums, by: number): RowSums {
  const all = (sums: ArrayLike<number>): Float64Array => Float64Array.from(sums, (sum) => sum * by);
  return {
    weight: weight * by,
    information: all(information),
    response: all(response),
    squares: squares * by,
  };
}
