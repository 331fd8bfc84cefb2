import type { DecideRequest, OptionKey } from '../domain/decision.ts';
import { countsFor, earnsBy } from '../learn/counts-for.ts';
import type { Programme } from '../domain/programme.ts';
import { columnsOf } from '../learn/blocks.ts';
import type { EffectiveSums } from '../learn/effective.ts';
import type { Columns } from '../learn/features/declared.ts';
import { linearSumsOf } from '../learn/linear-state.ts';
import { rowStart } from '../maths/cholesky.ts';
import { pairKey } from '../learn/worths.ts';
import type { RowSums } from '../learn/models/linear.ts';
import type { LinearOption } from '../learn/models/linear.ts';
import type { NoisePrior } from '../learn/models/linear.ts';
import { DEFAULT_NOISE, LinearModel } from '../learn/models/linear.ts';
import type { LearnedPrior } from './belief.ts';
import { optionsOf } from './policy.ts';
import { modelColumns } from './recovery.ts';
import { posteriors, PRIOR_TRIALS, rewardRange, scaleOf } from './posterior.ts';

/**
 * Precisions of the weights of features, in trials, from context that tells a lot to context that tells nothing. Which one
 * it is, is learned: the one under which the rewards so far were likeliest (empirical Bayes).
 */
const SLOPES = [1, 4, 16, 64, 256, 1e6];

/** Trials that the noise of all options is worth in that of each. */
const NOISE_TRIALS = 30;

/**
 * The constant of an option begins as what all options earn, for as many trials as in every other policy: about 0, give or take a fifth of
 * the range, an option nobody has tried would be believed to earn ten times what is usual.
 */
const PRIOR: NoisePrior = { ...DEFAULT_NOISE, precision: PRIOR_TRIALS };

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
  /** What each option is expected to earn before it was tried, in units of the model, which knows rewards beyond that. */
  readonly #usual: readonly number[];
  /** Whether no signal counts for an option: what it earns is known, it is nothing. */
  readonly #certain: readonly boolean[];
  /** Where each option is among them. */
  readonly #places: ReadonlyMap<OptionKey, number>;

  constructor(programme: Programme, sums: EffectiveSums) {
    const { low, high } = rewardRange(programme);
    this.unit = high - low;
    this.options = optionsOf(programme, programme.variants);
    this.#places = new Map(this.options.map((option, place) => [option, place]));
    const untried = posteriors(programme, sums.options, {});
    this.#usual = this.options.map((option) => untried(option).mean / this.unit);
    this.#certain = this.options.map(
      (option) => !programme.goal.signals.some((goal) => earnsBy(goal, option)),
    );
    const all = this.options.map((option, i) => {
      const own = rowSums(programme, sums, option, this.unit);
      return own && beyond(own, this.#usual[i]!);
    });
    const { columns, known } = modelColumns(linearSumsOf(programme).features, all);
    this.columns = columns;
    const models = SLOPES.map((slopes) => {
      const model = new LinearModel(columns.count, known.length, { ...PRIOR, slopes });
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
    const places = options.map((option) => this.#places.get(option)!);
    const [means, sds] = [new Float64Array(places.length), new Float64Array(places.length)];
    this.model.score(x, places, means, sds);
    for (let i = 0; i < places.length; i++) {
      means[i] = this.unit * (means[i]! + this.#usual[places[i]!]!);
      sds[i] = this.#certain[places[i]!] ? 0 : this.unit * sds[i]!;
    }
    return { means, sds };
  }

  /** What would be believed of an option with features `x` had it never been tried, and as how many trials that counts; undefined of what cannot earn. */
  untried(x: Float64Array, option: OptionKey): LearnedPrior | undefined {
    const place = this.options.indexOf(option);
    if (this.#certain[place]) return undefined;
    const { precision, slopes = precision } = this.model.prior;
    const doubt = x.reduce((sum, own, j) => sum + own ** 2 / (j === 0 ? precision : slopes), 0);
    return { mean: this.unit * this.#usual[place]!, trials: 1 / doubt };
  }

  /** What each feature adds to the expected reward of an option, for each unit it has, in rewards. */
  weights(option: OptionKey): Float64Array {
    const place = this.options.indexOf(option);
    const { mean } = this.model.options[place]!;
    return mean.map((weight, j) => this.unit * (j === 0 ? weight + this.#usual[place]! : weight));
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

/** The same rows with rewards less what is usual. */
function beyond({ weight, information, response, squares }: RowSums, usual: number): RowSums {
  const sum = response[0]!;
  return {
    ...{ weight, information },
    response: Float64Array.from(response, (own, j) => own - usual * information[rowStart(j)]!),
    squares: squares - 2 * usual * sum + usual * usual * weight,
  };
}
