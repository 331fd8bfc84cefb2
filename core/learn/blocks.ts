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
  /** How many had a signal, by signal and by how late it came (`delays.ts`). */
  arrivals: Record<string, number[]>;
}

/** The decisions made in some hours: a power of two of them, from a multiple of that on. */
export interface Block {
  /** Hours since 1970. */
  from: number;
  length: number;
  options: Record<OptionKey, BlockTotal>;
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
export function addArrivals({ arrivals }: BlockTotal, signal: string, place: number, count: number): void {
  const counts = (arrivals[signal] ??= []);
  while (counts.length <= place) counts.push(0);
  counts[place]! += count;
}

function joined(one: BlockTotal, other: BlockTotal): BlockTotal {
  const copied = (sums: Readonly<Record<string, number[]>>): Record<string, number[]> =>
    Object.fromEntries(Object.entries(sums).map(([name, own]) => [name, own.slice()]));
  const both: BlockTotal = {
    ...one,
    information: one.information.slice(),
    responses: copied(one.responses),
    squares: { ...one.squares },
    arrivals: copied(one.arrivals),
  };
  addTotal(both, other);
  both.hours += other.hours;
  for (const [signal, counts] of Object.entries(other.arrivals)) {
    for (const [place, count] of counts.entries()) addArrivals(both, signal, place, count);
  }
  return both;
}

/** The blocks as they are when `newest` is the newest hour: the same ones where nothing is to be joined. In order of time. */
export function blocksAt(blocks: readonly Block[], newest: number, grain: number): Block[] {
  const result: Block[] = [];
  for (const block of blocks) {
    const { from, length } = blockOf(block.from, newest, grain);
    const last = result.at(-1);
    if (last?.from !== from) {
      result.push(length === block.length ? block : { from, length, options: block.options });
      continue;
    }
    const options = { ...last.options };
    for (const [option, total] of Object.entries(block.options)) {
      const own = options[option];
      options[option] = own ? joined(own, total) : total;
    }
    result[result.length - 1] = { from, length, options };
  }
  return result;
}

/** Takes out what is zero: what was taken back leaves nothing. Changes `block`. */
export function tidyOption({ options }: Block, option: OptionKey): void {
  const { information, responses, squares, hours, arrivals } = options[option]!;
  const zero = (x: number): boolean => x === 0;
  for (const counts of Object.values(arrivals)) counts.length = counts.findLastIndex((n) => n !== 0) + 1;
  for (const sums of [responses, arrivals]) {
    for (const [signal, own] of Object.entries(sums)) if (own.every(zero)) delete sums[signal];
  }
  for (const [pair, square] of Object.entries(squares)) if (square === 0) delete squares[pair];
  const left = [responses, arrivals, squares].some((sums) => Object.keys(sums).length > 0);
  if (!left && hours === 0 && information.every(zero)) delete options[option];
}
