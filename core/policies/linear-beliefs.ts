import type { DecideRequest, OptionKey } from '../domain/decision.ts';
import { countsFor } from '../learn/counts-for.ts';
import type { Programme } from '../domain/programme.ts';
import { columnsOf } from '../learn/blocks.ts';
import type { EffectiveSums } from '../learn/effective.ts';
import type { Columns } from '../learn/features/declared.ts';
import { linearSumsOf } from '../learn/linear-state.ts';
import { pairKey } from '../learn/worths.ts';
import type { RowSums } from '../learn/models/linear.ts';
import type { LinearOption } from '../learn/models/linear.ts';
import { DEFAULT_NOISE, LinearModel } from '../learn/models/linear.ts';
import { optionsOf } from './policy.ts';
import { modelColumns } from './recovery.ts';
import { rewardRange, scaleOf } from './posterior.ts';

/**
 * Precisions of the weights of features, in trials, from context that tells a lot to context that tells nothing. Which one
 * it is, is learned: the one under which the rewards so far were likeliest (empirical Bayes).
 */
const SLOPES = [1, 4, 16, 64, 256, 1e6];

/** Trials that the noise of all options is worth in that of each. */
const NOISE_TRIALS = 30;

interface Scores {
  means: Float64Array;
  sds: Float64Array;
}

/** What a programme believes of each of its options at one time, in rewards. */
export class LinearBeliefs {
  readonly options: readonly OptionKey[];
  readonly model: LinearModel;
  /** What the model has of the features. */
  readonly columns: Columns;
  /** Reward that one unit of the model is. */
  readonly unit: number;
  readonly #means: Float64Array;
  readonly #sds: Float64Array;

  constructor(programme: Programme, sums: EffectiveSums) {
    const { low, high } = rewardRange(programme);
    this.unit = high - low;
    this.options = optionsOf(programme, programme.variants);
    this.#means = new Float64Array(this.options.length);
    this.#sds = new Float64Array(this.options.length);
    const all = this.options.map((option) => rowSums(programme, sums, option, this.unit));
    const { columns, known } = modelColumns(linearSumsOf(programme).features, all);
    this.columns = columns;
    const models = SLOPES.map((slopes) => {
      const model = new LinearModel(columns.count, known.length, { ...DEFAULT_NOISE, slopes });
      for (const [i, own] of known.entries()) if (own) model.know(i, own);
      return model;
    });
    this.model = models.reduce((best, model) => (model.evidence > best.evidence ? model : best));
    this.#shareNoise();
  }

  /** Holds the noise of each option to that of all of them: one that had no reward yet is not sure that it never has. */
  #shareNoise(): void {
    const { options, prior } = this.model;
    const sum = (of: (own: LinearOption) => number): number =>
      options.reduce((total, own) => total + of(own), 0);
    const shape = prior.shape + sum((own) => own.shape - prior.shape);
    const scale = prior.scale + sum((own) => own.scale - prior.scale);
    for (const own of options) {
      own.shape += NOISE_TRIALS / 2;
      own.scale += ((NOISE_TRIALS / 2) * scale) / shape;
    }
  }

  /** The same of options in a context as it was recorded. */
  believe(context: DecideRequest['context'], options: readonly OptionKey[]): Scores {
    const { columns } = this;
    if (!columns.byOption) return this.score(columns.encode(context, options[0]!), options);
    const [means, sds] = [new Float64Array(options.length), new Float64Array(options.length)];
    for (const [i, option] of options.entries()) {
      const own = this.score(columns.encode(context, option), [option]);
      means[i] = own.means[0]!;
      sds[i] = own.sds[0]!;
    }
    return { means, sds };
  }

  /** Mean and standard deviation of the expected reward of some options with features `x`. */
  score(x: Float64Array, options: readonly OptionKey[]): Scores {
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
  sums: EffectiveSums,
  option: OptionKey,
  unit: number,
): RowSums | undefined {
  const own = sums.options[option];
  if (!own) return undefined;
  const signals = programme.goal.signals.filter((goal) => countsFor(goal, option));
  const response = new Float64Array(columnsOf(own));
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
