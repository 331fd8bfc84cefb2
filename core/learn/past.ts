import type { OptionKey } from '../domain/decision.ts';
import type { GoalSignal, Programme } from '../domain/programme.ts';
import { DAY_MS } from '../domain/programme.ts';
import { rowStart } from '../maths/cholesky.ts';
import { scaleOf } from '../policies/posterior.ts';
import type { LinearTotal } from './blocks.ts';
import { addTotal, emptyTotal } from './blocks.ts';
import { countsFor } from './counts-for.ts';
import type { Compared, Tally } from './models/past-weight.ts';
import { weighPast } from './models/past-weight.ts';
import { pairKey } from './worths.ts';

/** Trials of all options that hold the noise of each, and what is guessed of a reward before there are any: 1 in so many. */
const NOISE_TRIALS = 30;

/** What one option did elsewhere. */
export interface PastOption {
  /** Found by its id, taken to be like those that share its labels, or like all that were there. */
  by: 'id' | 'labels' | 'all';
  /** How far it may be from them, a variance in squared log-odds. */
  spread: number;
  /** Sums over the constant. */
  total: LinearTotal;
}

/** Where a past comes from, and how many trials that had; `unused` says why it is none. */
export interface PastSource {
  source: string;
  trials: number;
  unused?: string | undefined;
}

/** What is known of the options of a programme from elsewhere: part of its model, written with it. */
export interface Past {
  sources: PastSource[];
  /** When it ended, ms since 1970. */
  at: number;
  options: Record<OptionKey, PastOption>;
}

/** What a past counts for by now, of one option. */
export interface PastUse {
  by: PastOption['by'];
  /** What the option is believed to earn by it, in rewards. */
  mean: number;
  /** As how many trials that counts. */
  trials: number;
}

type Totals = Readonly<Record<OptionKey, LinearTotal>>;

/** Sums over the rewards of one option. */
interface Earned {
  trials: number;
  sum: number;
  squares: number;
  sizes: number;
}

const NOTHING: Earned = { trials: 0, sum: 0, squares: 0, sizes: 0 };

function earnedBy({ goal }: Programme, option: OptionKey, total: LinearTotal | undefined): Earned {
  if (!total) return NOTHING;
  const signals = goal.signals.filter((own) => countsFor(own, option));
  const earned = { ...NOTHING, trials: total.information[0]! };
  const most = signals.reduce((sum, own) => sum + Math.abs(scaleOf(own)), 0);
  for (const one of signals) {
    const worth = total.responses[one.signal]?.[0] ?? 0;
    earned.sum += scaleOf(one) * worth;
    earned.sizes += Math.abs(scaleOf(one) * worth);
    for (const other of signals) {
      const pair = total.squares[pairKey(one.signal, other.signal)] ?? 0;
      earned.squares += scaleOf(one) * scaleOf(other) * pair;
    }
  }
  // of a log only sums are known, in which what was lost is taken from what was earned: no reward is larger than the largest there is
  return { ...earned, sizes: Math.max(earned.sizes, most > 0 ? earned.squares / most : 0) };
}

const plus = (one: Earned, other: Earned): Earned => ({
  trials: one.trials + other.trials,
  sum: one.sum + other.sum,
  squares: one.squares + other.squares,
  sizes: one.sizes + other.sizes,
});

const tally = ({ trials, sum }: Earned): Tally => ({ trials, mean: trials > 0 ? sum / trials : 0 });

/** What a past counts for, and the sums with it. */
export interface WithPast {
  options: Totals;
  past: Readonly<Record<OptionKey, PastUse>>;
  /** Probability that what is known from elsewhere says which options are better here. */
  related: number;
}

/**
 * What the trials of a programme tell together with what is known from elsewhere, which counts for as much as they bear it out
 * (`models/past-weight.ts`).
 * @param own effective sums by option, of `columns` columns
 * @param now ms since 1970
 */
export function withPast(
  programme: Programme,
  past: Past,
  { own, columns, now }: { own: Totals; columns: number; now: number },
): WithPast {
  const known = Object.entries(past.options).map(([option, { by, spread, total }]) => {
    const [here, there] = [earnedBy(programme, option, own[option]), earnedBy(programme, option, total)];
    return { option, by, spread, total, here, there };
  });
  const all = known.reduce((sum, { here, there }) => plus(sum, plus(here, there)), NOTHING);
  // nothing was earned anywhere: all that is known is that it is little
  if (!(all.sizes > 0 && all.squares > 0)) return { options: own, past: {}, related: 0 };
  const pooled = all.squares / all.trials;
  const variance = Math.max(pooled - (all.sum / all.trials) ** 2, pooled / 1_000);
  const compared = known.map(({ spread, here, there }): Compared => {
    const both = plus(here, there);
    const trials = both.trials + NOISE_TRIALS;
    const mean = (both.sum + (NOISE_TRIALS * all.sum) / all.trials) / trials;
    const noise = (both.squares + NOISE_TRIALS * pooled) / trials - mean ** 2;
    return { own: tally(here), past: tally(there), noise: Math.max(noise, variance / 1_000), spread };
  });
  const { trials, related, factor } = weighPast(compared, (variance * all.sizes) / all.squares);
  const kept = keptOf(programme, now - past.at);
  const average = averageOf(own, columns);
  const options = { ...own };
  const uses: Record<OptionKey, PastUse> = {};
  for (const [k, { option, by, total, there }] of known.entries()) {
    const weight = kept * trials[k]!;
    const into = structuredClone(own[option] ?? emptyTotal(columns));
    addTotal(into, asEarned(total, average, factor), weight / there.trials);
    options[option] = into;
    uses[option] = { by, mean: (factor * there.sum) / there.trials, trials: weight };
  }
  return { options, past: uses, related };
}

/** What forgetting leaves of a trial of some time ago. */
const keptOf = ({ policy }: Programme, age: number): number =>
  policy.halfLifeDays === undefined ? 1 : 2 ** (-Math.max(0, age) / (policy.halfLifeDays * DAY_MS));

/** The average context of all trials; of none, one of which nothing is known. */
function averageOf(own: Totals, columns: number): Float64Array {
  const sum = new Float64Array(columns);
  for (const { information } of Object.values(own)) {
    for (let j = 0; j < columns; j++) sum[j]! += information[rowStart(j)]!;
  }
  return sum[0]! > 0 ? sum.map((x) => x / sum[0]!) : sum.fill(0).fill(1, 0, 1);
}

/** Trials of elsewhere as if each had been of the average context, and had earned `factor` times as much. */
function asEarned(
  { information, responses, squares }: LinearTotal,
  x: Float64Array,
  factor: number,
): LinearTotal {
  const times = (by: number): number[] => Array.from(x, (own) => by * own);
  return {
    information: Array.from(x, (own, i) => times(information[0]! * own).slice(0, i + 1)).flat(),
    responses: Object.fromEntries(
      Object.entries(responses).map(([signal, [worth = 0]]) => [signal, times(factor * worth)]),
    ),
    squares: Object.fromEntries(Object.entries(squares).map(([pair, square]) => [pair, factor * square])),
  };
}

/** What two goals count alike: how much of the worth there is one of here, by signal. Undefined where something is not counted there. */
export function sharedWorths(
  own: readonly GoalSignal[],
  other: readonly GoalSignal[],
): Map<string, number> | undefined {
  const worths = own
    .filter(({ weight }) => weight !== 0)
    .map(({ signal, value, cap = 1 }) => {
      const same = other.find((one) => one.signal === signal && one.value === value);
      return [signal, same && (same.cap ?? 1) / cap] as const;
    });
  const known = worths.flatMap(([signal, worth]) => (worth === undefined ? [] : [[signal, worth] as const]));
  return known.length === worths.length ? new Map(known) : undefined;
}
