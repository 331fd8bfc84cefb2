import type { OptionKey } from '../domain/decision.ts';
import { rowStart } from '../maths/cholesky.ts';
import type { Block } from './blocks.ts';
import type { Awaiting } from './delays.ts';
import { agesOf, arrivalsOf, sumOf } from './delays.ts';
import type { LevelLaws } from './level-laws.ts';
import { levelLawsOf } from './level-laws.ts';
import type { TrialFeatures } from './linear-state.ts';
import type { Bins, DelayCurve } from './models/delay.ts';
import { trialsOf } from './models/delay.ts';

/** What has come of the levels of a category, beside what has come of all trials of one option in a block. */
export interface Late {
  /** What the response of each level is multiplied with, by column, so that as much of what will come has come as of all. */
  factors: ReadonlyMap<number, number>;
  /** How much of what the trials tell is left, at most 1: what is multiplied is less sure. */
  sure: number;
}

/** How much the trials of each level of a block count by now, from 0 to 1. */
interface Counted {
  /** By when they were made. */
  own: readonly number[];
  /** Had they been made when all trials of the block were. */
  any: readonly number[];
}

/** No level is taken to be so many times as late, or as early, as all together. */
const MOST = 20;

/** How much later or earlier than all others the levels of a category answer one signal. */
export class Lateness {
  readonly #laws: LevelLaws;
  readonly #awaiting: Awaiting;
  /** Of what comes of each option in the end, which part is of each level; of all options together. */
  readonly #mixes = new Map<OptionKey, readonly number[]>();
  readonly #mix: readonly number[];
  readonly #counted = new Map<Block, Counted>();

  private constructor(laws: LevelLaws, blocks: readonly Block[], awaiting: Awaiting) {
    this.#laws = laws;
    this.#awaiting = awaiting;
    const { columns, rates } = laws;
    const options = new Map<OptionKey, number[]>();
    for (const block of blocks) {
      for (const [option, { information }] of Object.entries(block.options)) {
        const own = options.get(option) ?? columns.map(() => 0);
        options.set(option, own);
        for (const [i, column] of columns.entries()) {
          own[i]! += rates[i]! * information[rowStart(column)]!;
        }
      }
    }
    // in their order by name: sums do not depend on that of what came
    const all = [...options.keys()].sort().map((option) => options.get(option)!);
    this.#mix = parts(columns.map((_, i) => all.reduce((sum, own) => sum + own[i]!, 0)));
    for (const [option, own] of options) this.#mixes.set(option, parts(own));
  }

  /** Undefined where no category has levels of which it is known that they differ. */
  static of(
    categories: readonly (readonly number[])[],
    blocks: readonly Block[],
    awaiting: Awaiting,
  ): Lateness | undefined {
    const laws = levelLawsOf(categories, blocks, awaiting);
    return laws && new Lateness(laws, blocks, awaiting);
  }

  /** What the law of an option would be did it follow from its levels alone, at the end of every bin. */
  heldTo(option: OptionKey, shared: DelayCurve, bins: Bins): Float64Array {
    const [alone, all] = [this.#mixes.get(option) ?? this.#mix, this.#mix];
    let least = 0;
    return shared.shares.map((share, b) => {
      const [own, together] = [this.#at(alone, bins[b]!), this.#at(all, bins[b]!)];
      return (least = Math.max(least, together > 0 ? Math.min(1, (share * own) / together) : share));
    });
  }

  /** How much has come of a mix of levels by some age. */
  #at(mix: readonly number[], age: number): number {
    const { curves } = this.#laws;
    return mix.reduce((sum, part, i) => sum + part * curves[i]!.at(age), 0);
  }

  in(block: Block, option: OptionKey): Late {
    const { own, any } = this.#countedIn(block);
    // the law of an option is that of the levels that it was tried with
    const mix = this.#mixes.get(option) ?? this.#mix;
    const together = mix.reduce((sum, part, i) => sum + part * any[i]!, 0);
    // of what has only just been sent nothing can be said
    const factors = own.map((share) =>
      share > 0 && together > 0 ? Math.min(MOST, Math.max(1 / MOST, together / share)) : 1,
    );
    // as sure as the harmonic mean of what levels count
    const spread = factors.reduce((sum, factor, i) => sum + mix[i]! * factor, 0);
    const { columns } = this.#laws;
    return {
      factors: new Map(columns.map((column, i) => [column, factors[i]!])),
      sure: Math.min(1, 1 / spread),
    };
  }

  #countedIn(block: Block): Counted {
    let known = this.#counted.get(block);
    if (!known) this.#counted.set(block, (known = this.#count(block)));
    return known;
  }

  #count(block: Block): Counted {
    const { columns, curves } = this.#laws;
    const { goal, now } = this.#awaiting;
    const made: number[] = [];
    const levels = columns.map((column) => {
      const total = block.levels?.[column];
      for (const [i, count] of (total?.made ?? []).entries()) made[i] = (made[i] ?? 0) + count;
      const came = total ? arrivalsOf(total, goal.signal) : 0;
      return { ages: total ? agesOf(block, total, now) : [], trials: total ? sumOf(total.made) : 0, came };
    });
    const [trials, came] = [sumOf(made), sumOf(levels.map((own) => own.came))];
    const ages = agesOf(block, { made }, now);
    const least = trials > 0 ? Math.min(1, came / trials) : 0;
    const any = curves.map((curve) => (trials > 0 ? trialsOf(ages, came, curve, least) / trials : 1));
    const own = levels.map((level, i) => {
      if (level.trials <= 0) return any[i]!;
      const arrived = Math.min(level.trials, level.came);
      return trialsOf(level.ages, arrived, curves[i]!, least) / level.trials;
    });
    return { own, any };
  }
}

/** Parts of a whole; equal where there is nothing. */
function parts(of: readonly number[]): number[] {
  const whole = sumOf(of);
  return of.map((own) => (whole > 0 ? own / whole : 1 / of.length));
}

/** A response as if as much had come of each level as of all: of products of columns as of the level in them, of all else as of everybody. */
export function inLevels(
  response: readonly number[],
  { factors }: Late,
  { products = [] }: Pick<TrialFeatures, 'products'>,
): number[] {
  const all = response[0]!;
  if (!(all > 0)) return response.slice();
  let came = all;
  for (const [column, factor] of factors) came += (factor - 1) * response[column]!;
  return response.map((sum, j) => {
    const level = (products[j] ?? [j]).find((column) => factors.has(column));
    return sum * (level === undefined ? came / all : factors.get(level)!);
  });
}
