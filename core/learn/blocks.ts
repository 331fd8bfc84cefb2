import type { OptionKey } from '../domain/decision.ts';
import { HOUR_MS } from '../domain/programme.ts';

/** Sums over the trials of one option, each weighed; x are its features, w the worths of its signals. */
export interface LinearTotal {
  /** Packed lower triangle of x x'; its first number is the weight of all trials, since the first feature is the constant. */
  information: number[];
  /** x w, by signal. */
  responses: Record<string, number[]>;
  /** w w, by pair of signals. */
  squares: Record<string, number>;
}

/** What is kept of the trials of one option in one block: each weighs 1. */
export interface BlockTotal extends LinearTotal {
  /** Sum of the hours since 1970 in which they were made: when they were made on average. */
  hours: number;
  /** How many were made in each of so many equal stretches of the block, in order of time. */
  made: number[];
  /** How many had a signal, by signal and by how late it came (`delays.ts`). */
  arrivals: Record<string, number[]>;
}

/** What is kept of the trials of one level of a category in one block, all options together: how many were made and answered when. */
export interface LevelTotal {
  /** As of options. */
  made: number[];
  /** How many had a signal, by signal and by how late it came (`level-laws.ts`). */
  arrivals: Record<string, number[]>;
}

/**
 * Stretches of a block of which it is known how many trials were made in each, where blocks are as coarse as can be: they are numbers
 * beside matrices, and how much of what comes has come may depend on the hour.
 */
const STRETCHES = 32;

/** The decisions made in some hours: a power of two of them, from a multiple of that on. */
export interface Block {
  /** Hours since 1970. */
  from: number;
  length: number;
  options: Record<OptionKey, BlockTotal>;
  /** Of the levels of categories, by column; absent where nobody was of any. */
  levels?: Record<string, LevelTotal>;
}

export const hourOf = (at: number): number => Math.floor(at / HOUR_MS);

/**
 * The block that an hour is in. Blocks are an hour long near the newest one, and twice as long as soon as `grain` blocks of the
 * double length lie between. That depends on the two hours alone, and as time goes by blocks are only ever joined: sums
 * that were added up in another order lie in the same blocks. There are about `grain` + 1/2 of each length.
 */
export function blockOf(hour: number, newest: number, grain: number): Pick<Block, 'from' | 'length'> {
  const inside = (length: number): number => Math.floor(hour / length);
  let length = 1;
  while (Math.floor(newest / (2 * length)) - inside(2 * length) >= grain) length *= 2;
  return { from: inside(length) * length, length };
}

/** Hours of each stretch of a block: short where blocks are. */
export const stretchOf = (length: number, grain: number): number => Math.max(1, (length * grain) / STRETCHES);

/** Counts trials as made in some hour of a block. Changes `total`. */
export function addMade(
  { made }: Pick<BlockTotal, 'made'>,
  { from, length }: Block,
  hour: number,
  count: number,
): void {
  made[Math.floor(((hour - from) * made.length) / length)]! += count;
}

/** Counts when trials were made. Changes `total`. */
export function addHours(total: BlockTotal, block: Block, hour: number, count: number): void {
  total.hours += count * hour;
  addMade(total, block, hour, count);
}

/** Adds `from` times `by` to `into`, place by place. */
export function addAll(into: number[], from: readonly number[], by = 1): void {
  for (let i = 0; i < from.length; i++) into[i]! += by * from[i]!;
}

/** Adds what is in `from` to `into`; both of the same features. */
export function addTotal(into: LinearTotal, from: LinearTotal, by = 1): void {
  addAll(into.information, from.information, by);
  for (const [signal, response] of Object.entries(from.responses)) {
    const own = (into.responses[signal] ??= new Array<number>(response.length).fill(0));
    addAll(own, response, by);
  }
  for (const [pair, square] of Object.entries(from.squares)) {
    into.squares[pair] = (into.squares[pair] ?? 0) + by * square;
  }
}

/** How many columns sums are of. */
export const columnsOf = ({ information }: Pick<LinearTotal, 'information'>): number =>
  Math.round(Math.sqrt(2 * information.length + 0.25) - 0.5);

export const emptyTotal = (columns: number): LinearTotal => ({
  information: new Array<number>((columns * (columns + 1)) / 2).fill(0),
  responses: {},
  squares: {},
});

/** Counts trials that had a signal. Changes `total`. */
export function addArrivals(
  { arrivals }: Pick<BlockTotal, 'arrivals'>,
  signal: string,
  place: number,
  count: number,
): void {
  const counts = (arrivals[signal] ??= []);
  while (counts.length <= place) counts.push(0);
  counts[place]! += count;
}

export const emptyBlockTotal = (columns: number, stretches: number): BlockTotal => ({
  ...emptyTotal(columns),
  hours: 0,
  made: new Array<number>(stretches).fill(0),
  arrivals: {},
});

/** The total of one option in a block as one of a block that holds it. */
function within<Own extends LevelTotal>(own: Own, block: Block, outer: Block, grain: number): Own {
  const made = new Array<number>(outer.length / stretchOf(outer.length, grain)).fill(0);
  const result = { ...own, made };
  for (const [i, count] of own.made.entries()) {
    // the middle: stretches of a former version may be coarser
    addMade(result, outer, block.from + ((i + 0.5) * block.length) / own.made.length, count);
  }
  return result;
}

const copied = (sums: Readonly<Record<string, number[]>>): Record<string, number[]> =>
  Object.fromEntries(Object.entries(sums).map(([name, own]) => [name, own.slice()]));

function joinedLevels(one: LevelTotal, other: LevelTotal): LevelTotal {
  const both = { made: one.made.slice(), arrivals: copied(one.arrivals) };
  addAll(both.made, other.made);
  for (const [signal, counts] of Object.entries(other.arrivals)) {
    for (const [place, count] of counts.entries()) addArrivals(both, signal, place, count);
  }
  return both;
}

function joined(one: BlockTotal, other: BlockTotal): BlockTotal {
  const both: BlockTotal = {
    information: one.information.slice(),
    responses: copied(one.responses),
    squares: { ...one.squares },
    hours: one.hours + other.hours,
    ...joinedLevels(one, other),
  };
  addTotal(both, other);
  return both;
}

/** Adds what a block has to one that holds it. Changes `outer`. */
function addBlock(outer: Block, block: Block, grain: number): void {
  for (const [option, total] of Object.entries(block.options)) {
    const own = outer.options[option];
    const more = within(total, block, outer, grain);
    outer.options[option] = own ? joined(own, more) : more;
  }
  for (const [column, total] of Object.entries(block.levels ?? {})) {
    const levels = (outer.levels ??= {});
    const more = within(total, block, outer, grain);
    levels[column] = levels[column] ? joinedLevels(levels[column], more) : more;
  }
}

/** The blocks as they are when `newest` is the newest hour: the same ones where nothing is to be joined. In order of time. */
export function blocksAt(blocks: readonly Block[], newest: number, grain: number): Block[] {
  const result: Block[] = [];
  for (const block of blocks) {
    const { from, length } = blockOf(block.from, newest, grain);
    // of another programme version blocks may be coarser already
    if (length <= block.length) {
      result.push(block);
      continue;
    }
    const last = result.at(-1);
    const outer: Block = last?.from === from ? last : { from, length, options: {} };
    if (outer !== last) result.push(outer);
    addBlock(outer, block, grain);
  }
  return result;
}

const zero = (x: number): boolean => x === 0;

function tidyArrivals(arrivals: LevelTotal['arrivals']): void {
  for (const [signal, counts] of Object.entries(arrivals)) {
    counts.length = counts.findLastIndex((n) => n !== 0) + 1;
    if (counts.length === 0) delete arrivals[signal];
  }
}

/** The same of levels, by column. Changes `block`. */
export function tidyLevels(block: Block, columns: readonly number[]): void {
  const levels = block.levels ?? {};
  for (const column of columns) {
    const { made, arrivals } = levels[column]!;
    tidyArrivals(arrivals);
    if (made.every(zero) && Object.keys(arrivals).length === 0) delete levels[column];
  }
  if (Object.keys(levels).length === 0) delete block.levels;
}

/** Takes out what is zero: what was taken back leaves nothing. Changes `block`. */
export function tidyOption({ options }: Block, option: OptionKey): void {
  const { information, responses, squares, hours, made, arrivals } = options[option]!;
  tidyArrivals(arrivals);
  for (const [signal, own] of Object.entries(responses)) if (own.every(zero)) delete responses[signal];
  for (const [pair, square] of Object.entries(squares)) if (square === 0) delete squares[pair];
  const left = [responses, arrivals, squares].some((sums) => Object.keys(sums).length > 0);
  if (!left && hours === 0 && made.every(zero) && information.every(zero)) delete options[option];
}
