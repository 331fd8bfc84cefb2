import type { NormalRng } from '../contracts/rng.ts';
import type { OptionKey } from '../domain/decision.ts';
import type { Programme } from '../domain/programme.ts';
import type { EffectiveSums } from '../learn/effective.ts';
import type { Moments } from '../learn/models/context-beliefs.ts';
import { PooledLinear } from '../learn/models/pooled-linear.ts';
import type { MessageBeliefs } from '../slots/best.ts';
import type { SlotFeatures } from '../slots/features.ts';
import { rewardSums } from './auto-beliefs.ts';
import { rewardRange } from './posterior.ts';

/** Share of the posterior's standard deviation that is drawn with. */
const SCALE = 0.7;

/**
 * What is believed of the messages of one variant with slots: one regression of the reward on its pieces and pairs, whose weights all
 * messages share, so that each tells of all that have a piece in common with it (Hill, Nassif, Liu, Iyer, Vishwanathan, "An
 * Efficient Bandit Algorithm for Realtime Multivariate Optimization", KDD 2017). In rewards.
 */
export class PieceBeliefs implements MessageBeliefs {
  readonly features: SlotFeatures;
  readonly #model: PooledLinear;
  /** Reward that one unit of the model is. */
  readonly #unit: number;
  /** Whether no reward is below 0: then it varies as much as its mean says. */
  readonly #positive: boolean;
  readonly #off: Float64Array;

  constructor(
    programme: Programme,
    sums: Pick<EffectiveSums, 'options'>,
    { variant, features }: { variant: OptionKey; features: SlotFeatures },
  ) {
    const { low, high } = rewardRange(programme);
    const { groups, count } = features;
    this.features = features;
    this.#unit = high - low;
    this.#positive = low === 0;
    const own = rewardSums(programme, sums, { option: variant, unit: this.#unit, count });
    this.#model = new PooledLinear({ groups, pooled: false }, [own]);
    this.#off = new Float64Array(count);
  }

  /** @param x features of a message, or of an average of some */
  average(x: Float64Array): Moments {
    const model = this.#model;
    return { mean: this.#unit * model.mean(x, 0), sd: this.#unit * Math.sqrt(model.variance(x, 0)) };
  }

  of(columns: readonly number[]): Moments {
    const { centre, unit } = this.#model;
    const means = this.#model.means(0);
    let mean = 0;
    for (const j of columns) mean += means[j]!;
    return { mean, sd: SCALE * this.#doubt(centre + unit * mean) };
  }

  /**
   * How much less sure than of an average message one is of a message: one noise is learned, and rewards vary more where there are more of
   * them. Of one that seems worse than average one is as unsure as of that: the first trials without luck must not make it certain.
   */
  #doubt(mean: number): number {
    const { centre, size } = this.#model;
    if (!this.#positive || mean <= centre) return 1;
    // a coin varies most at a half
    const own = Math.min(mean, Math.max(centre, size / 2));
    return Math.sqrt((own * (size - own)) / (centre * (size - centre)));
  }

  /** How far one draw of all weights is off their means; the next draw takes its place. */
  draw(rng: NormalRng): Float64Array {
    return this.#model.deviate(0, rng, this.#off);
  }
}
