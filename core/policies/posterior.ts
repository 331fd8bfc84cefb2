import type { OptionKey } from '../domain/decision.ts';
import { countsFor } from '../learn/counts-for.ts';
import type { GoalSignal, Programme } from '../domain/programme.ts';
import type { LinearTotal } from '../learn/blocks.ts';
import { pairKey } from '../learn/worths.ts';

/** Effective sums by option (`core/learn/effective.ts`). */
type Totals = Readonly<Record<OptionKey, LinearTotal>>;

/**
 * What is believed about the reward of one option: a Beta on [low, high]. With one goal signal it is the exact
 * Beta-Bernoulli posterior; with several, the sum of their independent posteriors with its mean and variance kept.
 */
export interface Posterior {
  mean: number;
  variance: number;
  alpha: number;
  beta: number;
  low: number;
  high: number;
}

/**
 * Weight of the prior in trials, and its rate before anything is known: 1 success in 30 trials is in the range of e-mail
 * clicks and orders, where Beta(1, 1) explores three times too long (measured: regret 176 against 135 on ten variants of
 * 1-5 %). The programme's own pooled rate replaces the 1/30 as it becomes known.
 */
const PRIOR_TRIALS = 30;

/** Reward that a worth of 1 of this signal earns. */
export const scaleOf = (goal: GoalSignal): number => goal.weight * (goal.cap ?? 1);

/** Least and greatest reward of one decision. */
export function rewardRange(programme: Programme): { low: number; high: number } {
  const scales = programme.goal.signals.map(scaleOf);
  return {
    low: scales.reduce((sum, s) => sum + Math.min(0, s), 0),
    high: scales.reduce((sum, s) => sum + Math.max(0, s), 0),
  };
}

interface Counted {
  trials: number;
  worth: number;
  /** Sum of the squares of worths; of a signal that is only counted, the same. */
  squares: number;
}

/** What is known of one signal of one option. A signal may be folded before the decision it belongs to. */
function counted(totals: Totals, option: OptionKey, { signal }: GoalSignal): Counted {
  const { information = [0], responses = {}, squares = {} } = totals[option] ?? {};
  const worth = Math.max(0, responses[signal]?.[0] ?? 0);
  const own = Math.min(worth, Math.max(0, squares[pairKey(signal, signal)] ?? 0));
  return { trials: Math.max(information[0]!, worth), worth, squares: own };
}

/** Mean of the worth of a trial of any option, and of its square; begun with one worth of the usual size. */
function pooled(totals: Totals, goal: GoalSignal): { rate: number; square: number } {
  let [trials, worth, squares] = [0, 0, 0];
  for (const option of Object.keys(totals)) {
    if (!countsFor(goal, option)) continue;
    const own = counted(totals, option, goal);
    worth += own.worth;
    squares += own.squares;
    trials += own.trials;
  }
  // 1 of a signal that is only counted, or of which nothing is known
  const usual = worth > 0 && squares > 0 ? squares / worth : 1;
  const n = PRIOR_TRIALS + trials;
  return { rate: (usual + worth) / n, square: (usual * usual + squares) / n };
}

/** Mean and variance of one signal's worth per trial of one option. */
function signalMoments(
  totals: Totals,
  option: OptionKey,
  goal: GoalSignal,
): { mean: number; variance: number } {
  const { rate, square } = pooled(totals, goal);
  const { trials, worth, squares } = counted(totals, option, goal);
  const n = PRIOR_TRIALS + trials;
  const mean = (PRIOR_TRIALS * rate + worth) / n;
  // of a signal that is only counted the second moment is the mean, and this the variance of a Beta
  const second = (PRIOR_TRIALS * square + squares) / n;
  return { mean, variance: Math.max(0, second - mean * mean) / (n + 1) };
}

/** Trials that stand for knowing. */
const CERTAIN_TRIALS = 1e6;

/** Of an option that no signal counts for: what it earns is known, to a millionth of the range. */
function certain(mean: number, { low, high }: { low: number; high: number }): Posterior {
  const least = 1 / CERTAIN_TRIALS;
  const unit = Math.min(1 - least, Math.max(least, (mean - low) / (high - low)));
  return { mean, variance: 0, alpha: unit * CERTAIN_TRIALS, beta: (1 - unit) * CERTAIN_TRIALS, low, high };
}

export function posteriorOf(programme: Programme, totals: Totals, option: OptionKey): Posterior {
  const { low, high } = rewardRange(programme);
  let mean = 0;
  let variance = 0;
  for (const goal of programme.goal.signals) {
    if (!countsFor(goal, option)) continue;
    const scale = scaleOf(goal);
    const moments = signalMoments(totals, option, goal);
    mean += scale * moments.mean;
    variance += scale * scale * moments.variance;
  }
  const width = high - low;
  if (variance === 0) return certain(mean, { low, high });
  const unit = (mean - low) / width;
  const trials = (unit * (1 - unit) * width * width) / variance - 1;
  return { mean, variance, alpha: unit * trials, beta: (1 - unit) * trials, low, high };
}
