import type { DecideRequest, OptionKey } from '../domain/decision.ts';
import { countsFor, earnsBy } from '../learn/counts-for.ts';
import type { Programme } from '../domain/programme.ts';
import type { EffectiveSums } from '../learn/effective.ts';
import type { Columns } from '../learn/features/declared.ts';
import { CONSTANT } from '../learn/features/declared.ts';
import { linearSumsOf } from '../learn/linear-state.ts';
import { pairKey } from '../learn/worths.ts';
import type { SharedLabels } from '../learn/models/label-prior.ts';
import { sharedLabels } from '../learn/models/label-prior.ts';
import type { Moments } from '../learn/models/context-beliefs.ts';
import { ContextBeliefs } from '../learn/models/context-beliefs.ts';
import type { RewardSums } from '../learn/models/reward-sums.ts';
import { packedLength } from '../maths/cholesky.ts';
import type { LearnedPrior } from './belief.ts';
import { optionsOf } from './policy.ts';
import { rewardRange, scaleOf } from './posterior.ts';
import { modelColumns } from './recovery.ts';

const KNOWN: Moments = { mean: 0, sd: 0 };

/** What `auto` or `shared-linear-thompson` believes of the options of a programme at one time, in rewards. */
export class AutoBeliefs {
  readonly options: readonly OptionKey[];
  /** What the model has of the features. */
  readonly columns: Columns;
  readonly #model: ContextBeliefs;
  /** Places in the model of options that earn by a signal: what the others earn is known, it is nothing. */
  readonly #places: ReadonlyMap<OptionKey, number>;
  /** Reward that one unit of the model is. */
  readonly #unit: number;
  readonly #means: Float64Array;
  readonly #sds: Float64Array;

  constructor(programme: Programme, sums: EffectiveSums) {
    const { low, high } = rewardRange(programme);
    this.#unit = high - low;
    this.options = optionsOf(programme, programme.variants);
    this.#means = new Float64Array(this.options.length);
    this.#sds = new Float64Array(this.options.length);
    const earning = this.options.filter((option) =>
      programme.goal.signals.some((goal) => earnsBy(goal, option)),
    );
    this.#places = new Map(earning.map((option, place) => [option, place]));
    const { features } = linearSumsOf(programme);
    const count = sums.inContext ? features.count : 1;
    const all = earning.map((option) => rewardSums(programme, sums, { option, unit: this.#unit, count }));
    const { columns, known } = sums.inContext
      ? modelColumns(features, all)
      : { columns: CONSTANT, known: all };
    this.columns = columns;
    this.#model = new ContextBeliefs(
      columns,
      known.flatMap((own) => own ?? []),
      {
        labels: labelsOf(programme, earning),
        always: programme.policy.kind === 'shared-linear-thompson',
      },
    );
  }

  /** Of options in a context as it was recorded, with the doubt that is drawn with. */
  believe(context: DecideRequest['context'], options: readonly OptionKey[]): Moments[] {
    const { columns } = this;
    if (columns.byOption) return options.map((own) => this.of(columns.encode(context, own), own, true));
    const x = columns.encode(context, options[0]!);
    const places = options.map((option) => this.#places.get(option));
    const earning = places.filter((place) => place !== undefined);
    const [means, sds] = [this.#means, this.#sds];
    this.#model.drawn(x, earning, means, sds);
    let next = -1;
    return places.map((place) => {
      if (place === undefined) return KNOWN;
      next++;
      return { mean: this.#unit * means[next]!, sd: this.#unit * sds[next]! };
    });
  }

  /** @param scaled whether with the doubt that is drawn with, or with all of it */
  of(x: Float64Array, option: OptionKey, scaled: boolean): Moments {
    const place = this.#places.get(option);
    return place === undefined ? KNOWN : this.#inRewards(this.#model.belief(x, place, scaled));
  }

  /** What would be believed of an option had it never been tried, and as how many trials that counts; undefined of what cannot earn. */
  untried(x: Float64Array, option: OptionKey): LearnedPrior | undefined {
    const place = this.#places.get(option);
    if (place === undefined) return undefined;
    const { mean, sd, noise } = this.#model.untried(x, place);
    return { mean: this.#unit * mean, trials: noise / sd ** 2 };
  }

  /** What feature `j` adds to the expected reward of an option, for each unit it has. */
  coefficient(option: OptionKey, j: number): Moments {
    const place = this.#places.get(option);
    return place === undefined ? KNOWN : this.#inRewards(this.#model.coefficient(place, j));
  }

  meanCoefficient(option: OptionKey, j: number): number {
    const place = this.#places.get(option);
    return place === undefined ? 0 : this.#unit * this.#model.meanCoefficient(place, j);
  }

  #inRewards({ mean, sd }: Moments): Moments {
    return { mean: this.#unit * mean, sd: this.#unit * sd };
  }
}

const labelled = new WeakMap<Programme, SharedLabels | 'none'>();

/** The labels of the options that earn: the same for every model of a programme. */
function labelsOf(programme: Programme, earning: readonly OptionKey[]): SharedLabels | undefined {
  let own = labelled.get(programme);
  if (!own) {
    const labels = earning.map((option) => programme.variants.find(({ id }) => id === option)?.labels);
    labelled.set(programme, (own = sharedLabels(labels) ?? 'none'));
  }
  return own === 'none' ? undefined : own;
}

/** Sums over the rows of one option, rewards in units of the range of the goal as it is now. */
export function rewardSums(
  programme: Programme,
  { options }: Pick<EffectiveSums, 'options'>,
  { option, unit, count }: { option: OptionKey; unit: number; count: number },
): RewardSums {
  const own = options[option];
  const response = new Float64Array(count);
  let [squares, sizes] = [0, 0];
  const signals = programme.goal.signals.filter((goal) => countsFor(goal, option));
  for (const goal of own ? signals : []) {
    const scale = scaleOf(goal) / unit;
    for (const [j, sum] of (own!.responses[goal.signal] ?? []).entries()) response[j]! += scale * sum;
    sizes += Math.abs(scale) * (own!.responses[goal.signal]?.[0] ?? 0);
    for (const other of signals) {
      const pair = own!.squares[pairKey(goal.signal, other.signal)] ?? 0;
      squares += scale * (scaleOf(other) / unit) * pair;
    }
  }
  const information = own?.information ?? new Float64Array(packedLength(count));
  return { weight: information[0]!, information, response, squares, sizes };
}
