import type { Credited } from '../contracts/trial.ts';
import type { DecideRequest, OptionKey } from '../domain/decision.ts';
import { SILENCE } from '../domain/decision.ts';
import type { Programme } from '../domain/programme.ts';
import type { Pieces } from '../domain/slots.ts';
import type { Block, BlockTotal, LevelTotal } from './blocks.ts';
import {
  addArrivals,
  addHours,
  addMade,
  blockOf,
  blocksAt,
  emptyBlockTotal,
  stretchOf,
  tidyLevels,
  tidyOption,
} from './blocks.ts';
import { placeOf } from './delays.ts';
import { levelPlaceOf } from './level-laws.ts';
import { DeclaredFeatures } from './features/declared.ts';
import { sleepersOf } from './features/sleepers.ts';
import { schemaHash } from './schema-hash.ts';
import { pairKey, valuedSignals, withParts } from './worths.ts';

/** Worths in [0, 1] are rounded to this grid, for the same reason as features are (`features/declared.ts`). */
const WORTH_GRID = 2 ** 16;

/** Moves whenever what is kept of a trial is another thing: states of before are made anew. */
const LAYOUT = 3;
/** The same of what is kept of levels. */
const LEVELS = 'levels 1';

/** Most numbers in a block of the finest grain, and most columns of the next. */
const FINEST_NUMBERS = 6_000;
const FINER_COLUMNS = 40;

/**
 * How fine blocks are: an option's sums are columns x (columns + 1) / 2 numbers in every block, and a snapshot is written with
 * every fold.
 */
function grainOf(columns: number, options: number): number {
  if ((options * columns * (columns + 1)) / 2 <= FINEST_NUMBERS) return 4;
  return columns <= FINER_COLUMNS ? 2 : 1;
}

/** What a model of the reward is made from: sums over trials only, by time and option. */
export interface LinearState {
  /** Of what the sums are of: sums of other columns are not added to these. */
  schema: string;
  /** Hour since 1970 of the newest decision that was ever counted: how long blocks are follows from it. */
  newest: number;
  /** In order of time. */
  blocks: Block[];
}

/** One decision that teaches, or several that are alike. */
export interface LinearTrial {
  option: OptionKey;
  context: DecideRequest['context'];
  /** Of a message that was put together. */
  pieces?: Pieces | undefined;
  /** Hour since 1970 in which it was made. */
  hour: number;
}

/** What is kept of a trial: its features, on a grid on which sums of products of two of them are exact. */
export interface TrialFeatures {
  /** The same for the same features in the same columns. */
  readonly schema: string;
  /** How many columns an option has at most. */
  readonly count: number;
  /** Columns of each category of the context, whose levels may be answered more or less late (`level-laws.ts`). */
  readonly categories?: readonly (readonly number[])[];
  /** Columns that a column is the product of, by column; absent of one that is none. */
  readonly products?: readonly (readonly number[] | undefined)[];
  /** The first is the constant; undefined of a trial that nothing is kept of. */
  ofTrial(trial: LinearTrial): Float64Array | undefined;
}

const onGrid = (worth = 0): number => Math.round(worth * WORTH_GRID) / WORTH_GRID;

/** Whether a programme's options share what is learned of weights (`models/pooled-linear.ts`). */
export const sharesWeights = ({ policy: { kind } }: Programme): boolean =>
  kind === 'auto' || kind === 'shared-linear-thompson';

/** Whether a programme learns from the context of its requests. */
export const learnsContext = (programme: Programme): boolean => {
  const { policy, context } = programme;
  if (sharesWeights(programme))
    return context !== undefined || policy.recovering === true || sleepersOf(programme).length > 0;
  return policy.kind === 'linear-thompson';
};

/** How trials become sums over their features. */
export class LinearSums<Features extends TrialFeatures = TrialFeatures> {
  readonly features: Features;
  readonly schema: string;
  readonly grain: number;
  readonly #valued: readonly string[];
  readonly #levels: readonly number[];

  constructor(features: Features, programme: Pick<Programme, 'goal' | 'variants'>) {
    this.features = features;
    this.#valued = valuedSignals(programme);
    const valued = this.#valued.length > 0 ? [this.#valued] : [];
    this.grain = grainOf(features.count, programme.variants.length);
    this.#levels = features.categories?.flat() ?? [];
    const levels = this.#levels.length > 0 ? [LEVELS] : [];
    this.schema = schemaHash([LAYOUT, this.grain, features.schema, ...valued, ...levels]);
  }

  empty(): LinearState {
    return { schema: this.schema, newest: 0, blocks: [] };
  }

  /** Adds trials; a negative number takes them back. Changes `state`. */
  addTrials(state: LinearState, trial: LinearTrial, count: number): void {
    const x = this.features.ofTrial(trial);
    if (!x) return;
    this.#change(state, trial, x, (total, block) => {
      let at = 0;
      for (let i = 0; i < x.length; i++) {
        const scaled = count * x[i]!;
        for (let j = 0; j <= i; j++) total.information[at++]! += scaled * x[j]!;
      }
      addHours(total, block, trial.hour, count);
      for (const own of this.#levelsOf(block, trial.option, x)) addMade(own, block, trial.hour, count);
    });
  }

  /** Moves what one trial is credited with. Changes `state`. */
  moveCredits(state: LinearState, trial: LinearTrial, was: Credited, is: Credited): void {
    const x = this.features.ofTrial(trial);
    if (!x) return;
    const [before, after] = [withParts(was, this.#valued), withParts(is, this.#valued)];
    const signals = Object.keys({ ...before, ...after }).sort();
    this.#change(state, trial, x, (total, block) => {
      const levels = this.#levelsOf(block, trial.option, x);
      const { responses, squares } = total;
      for (const [i, one] of signals.entries()) {
        const [from, to] = [onGrid(before[one]?.worth), onGrid(after[one]?.worth)];
        // signals that arrived, not what is kept beside them
        for (const [own, by] of [
          [was[one], -1],
          [is[one], 1],
        ] as const) {
          if (!own || own.worth <= 0) continue;
          addArrivals(total, one, placeOf(own.delay), by);
          for (const level of levels) addArrivals(level, one, levelPlaceOf(own.delay), by);
        }
        const response = (responses[one] ??= new Array<number>(x.length).fill(0));
        if (from !== to) for (const [j, xj] of x.entries()) response[j]! += (to - from) * xj;
        for (const other of signals.slice(i)) {
          const change = to * onGrid(after[other]?.worth) - from * onGrid(before[other]?.worth);
          const key = pairKey(one, other);
          if (change !== 0) squares[key] = (squares[key] ?? 0) + change;
        }
      }
    });
  }

  #change(
    state: LinearState,
    { option, hour }: LinearTrial,
    x: Float64Array,
    change: (total: BlockTotal, block: Block) => void,
  ): void {
    if (hour > state.newest) {
      state.newest = hour;
      state.blocks = blocksAt(state.blocks, hour, this.grain);
    }
    const block = this.#block(state, hour);
    const stretches = block.length / stretchOf(block.length, this.grain);
    change((block.options[option] ??= emptyBlockTotal(x.length, stretches)), block);
    tidyOption(block, option);
    if (this.#levels.length > 0) tidyLevels(block, this.#columnsOf(option, x));
    if (Object.keys(block.options).length === 0) state.blocks.splice(state.blocks.indexOf(block), 1);
  }

  /** The columns of the levels that a trial is of. How late something is answered is learned of what was sent. */
  #columnsOf(option: OptionKey, x: Float64Array): number[] {
    return option === SILENCE ? [] : this.#levels.filter((column) => x[column] === 1);
  }

  /** What is kept of them in a block. */
  #levelsOf(block: Block, option: OptionKey, x: Float64Array): LevelTotal[] {
    if (this.#levels.length === 0) return [];
    const levels = (block.levels ??= {});
    const stretches = block.length / stretchOf(block.length, this.grain);
    return this.#columnsOf(option, x).map(
      (column) => (levels[column] ??= { made: new Array<number>(stretches).fill(0), arrivals: {} }),
    );
  }

  #block({ blocks, newest }: LinearState, hour: number): Block {
    const { from, length } = blockOf(hour, newest, this.grain);
    const place = blocks.findLastIndex((block) => block.from <= from);
    if (blocks[place]?.from === from) return blocks[place];
    const block = { from, length, options: {} };
    blocks.splice(place + 1, 0, block);
    return block;
  }
}

const known = new WeakMap<Programme, LinearSums<DeclaredFeatures>>();

/** The sums of a programme version over its context, made once for each; over the constant alone where it does not learn from context. */
export function linearSumsOf(programme: Programme): LinearSums<DeclaredFeatures> {
  let sums = known.get(programme);
  if (!sums) {
    const features = new DeclaredFeatures(learnsContext(programme) ? programme : {});
    known.set(programme, (sums = new LinearSums(features, programme)));
  }
  return sums;
}
