import type { Block } from './blocks.ts';
import type { Awaiting } from './delays.ts';
import { agesOf, binsIn, placeOf, sumOf, UNKNOWN } from './delays.ts';
import type { Bins, Cohort, Exposed } from './models/delay.ts';
import { DelayCurve, density, exposed, firstGuess, hazards, shares } from './models/delay.ts';

/** Hours at which bins of the delays of levels end. Coarse: all that is learned from them is how levels differ. */
const ENDS: Bins = [0.25, 1, 3, 6, 12, 24, 48, 96, 192, 384, 768, 2208];

/** Place that an arrival of a level is counted in, by its delay in ms. */
export const levelPlaceOf = (delay: number | undefined): number => placeOf(delay, ENDS);

/** Rounds in which rates of levels and the law they share are told apart. */
const ROUNDS = 5;
/** Standard deviations by which levels have to differ more than chance makes them. */
const SURE = 3;
/** Arrivals that the law all levels share counts in that of each, at least. */
const LEAST_STRENGTH = 2;

/** How late the levels of one category answer a signal. */
export interface LevelLaws {
  /** Their columns. */
  columns: readonly number[];
  /** Of each: of what arrives inside the window, how much has by some age. */
  curves: readonly DelayCurve[];
  /** How often each answers in the end, in relation to each other. */
  rates: readonly number[];
  /** How much more they differ than chance makes them, in units of Pearson's statistic. */
  beyond: number;
}

/** What is known of a level: what came of how many, by bin of the delay. */
interface Level extends Exposed {
  column: number;
}

/**
 * The laws of the levels of that category whose levels differ most in how late they answer; undefined where none differ more than by chance. Only one: two
 * categories may be of the same people, whose lateness would be reckoned in twice.
 */
export function levelLawsOf(
  categories: readonly (readonly number[])[],
  blocks: readonly Block[],
  awaiting: Awaiting,
): LevelLaws | undefined {
  return categories
    .flatMap((columns) => lawsOf(columns, blocks, awaiting) ?? [])
    .reduce<LevelLaws | undefined>(
      (most, own) => (most && most.beyond >= own.beyond ? most : own),
      undefined,
    );
}

function lawsOf(
  columns: readonly number[],
  blocks: readonly Block[],
  awaiting: Awaiting,
): LevelLaws | undefined {
  const bins = binsIn(awaiting.window, ENDS);
  const known: Level[] = columns
    .map((column) => ({ column, ...exposed(cohortsOf(column, blocks, awaiting), bins) }))
    .filter(({ arrivals }) => sumOf(arrivals) > 0);
  if (known.length < 2) return undefined;
  const { arrivals, under, strength, beyond } = toldApart(known);
  if (strength === Infinity) return undefined;
  const law = shares(hazards({ arrivals, sends: under }, firstGuess(bins)));
  const shapes = known.map((level) => shares(hazards(level, law, strength)));
  // by its own law: of one that is fast most has come, of one that is slow little
  const rates = known.map(({ arrivals: own, sends }, i) => {
    const told = density(shapes[i]!).reduce((all, part, b) => all + part * sends[b]!, 0);
    return sumOf(own) / told;
  });
  const mean = sumOf(rates) / rates.length;
  const places = columns.map((column) => known.findIndex((level) => level.column === column));
  return {
    columns,
    curves: places.map((i) => new DelayCurve(bins, shapes[i] ?? law)),
    rates: places.map((i) => rates[i] ?? mean),
    beyond,
  };
}

function cohortsOf(column: number, blocks: readonly Block[], { goal, window, now }: Awaiting): Cohort[] {
  return blocks.flatMap((block) => {
    const total = block.levels?.[column];
    const counts = total?.arrivals[goal.signal] ?? [];
    if (!total || (counts[UNKNOWN] ?? 0) > 0) return [];
    const closed = now - block.from - block.length >= window;
    const sends = closed
      ? [{ count: sumOf(total.made), youngest: window, oldest: window }]
      : agesOf(block, total, now);
    return [{ sends, arrivals: counts.slice(1) }];
  });
}

/**
 * The law that levels share apart from their rates (hazards in proportion: Cox, "Regression Models and Life-Tables", 1972): a segment that
 * answers more and was asked sooner makes nobody late. As many arrivals as the law counts in that of each level follow from how much
 * Pearson's statistic is above its degrees of freedom, levels differing as a Dirichlet distribution makes them.
 */
function toldApart(known: readonly Level[]) {
  const arrivals = known[0]!.arrivals.map((_, b) => known.reduce((all, own) => all + own.arrivals[b]!, 0));
  const totals = known.map((own) => sumOf(own.arrivals));
  let rates = known.map(() => 1);
  let under = arrivals;
  const rateIn = (b: number): number => (arrivals[b]! > 0 ? arrivals[b]! / under[b]! : 0);
  for (let round = 0; round < ROUNDS; round++) {
    under = arrivals.map((_, b) => known.reduce((all, { sends }, i) => all + rates[i]! * sends[b]!, 0));
    rates = known.map(({ sends }, i) => totals[i]! / sends.reduce((all, n, b) => all + n * rateIn(b), 0));
  }
  let [statistic, cells] = [0, 0];
  for (const [i, own] of known.entries()) {
    for (let b = 0; b < arrivals.length; b++) {
      const expected = rates[i]! * rateIn(b) * own.sends[b]!;
      if (expected <= 0) continue;
      statistic += (own.arrivals[b]! - expected) ** 2 / expected;
      cells++;
    }
  }
  const used = arrivals.filter((came) => came > 0).length;
  const freedom = Math.max(1, cells - used - known.length + 1);
  const beyond = statistic - freedom;
  const weight = (sumOf(totals) - known.length) / known.length;
  const strength =
    beyond > SURE * Math.sqrt(2 * freedom)
      ? Math.max(LEAST_STRENGTH, (weight * freedom) / beyond - 1)
      : Infinity;
  return { arrivals, under, strength, beyond };
}
