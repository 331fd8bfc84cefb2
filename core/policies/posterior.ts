import type { OptionKey } from '../domain/decision.ts';
import { countsFor } from '../learn/counts-for.ts';
import type { GoalSignal, Programme } from '../domain/programme.ts';
import type { ModelState } from '../learn/model.ts';
import { valueOf } from '../maths/compensated-sum.ts';

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

function pooledRate(state: ModelState, goal: GoalSignal): number {
  const { signal } = goal;
  let trials = PRIOR_TRIALS;
  let worth = 1;
  for (const [key, option] of Object.entries(state.options)) {
    if (!countsFor(goal, key)) continue;
    const total = option.signals[signal];
    const own = total ? Math.max(0, valueOf(total.worth)) : 0;
    worth += own;
    // a signal may be folded before the decision it belongs to
    trials += Math.max(option.trials, own);
  }
  return worth / trials;
}

/** Mean and variance of one signal's worth per trial of one option. */
function signalMoments(
  state: ModelState,
  option: OptionKey,
  goal: GoalSignal,
): { mean: number; variance: number } {
  const { signal } = goal;
  const rate = pooledRate(state, goal);
  const total = state.options[option];
  const worth = total?.signals[signal] ? Math.max(0, valueOf(total.signals[signal].worth)) : 0;
  const trials = Math.max(total?.trials ?? 0, worth);
  const alpha = PRIOR_TRIALS * rate + worth;
  const n = PRIOR_TRIALS + trials;
  const mean = alpha / n;
  return { mean, variance: (mean * (1 - mean)) / (n + 1) };
}

/** Trials that stand for knowing. */
const CERTAIN_TRIALS = 1e6;

/** Of an option that no signal counts for: what it earns is known, to a millionth of the range. */
function certain(mean: number, { low, high }: { low: number; high: number }): Posterior {
  const least = 1 / CERTAIN_TRIALS;
  const unit = Math.min(1 - least, Math.max(least, (mean - low) / (high - low)));
  return { mean, variance: 0, alpha: unit * CERTAIN_TRIALS, beta: (1 - unit) * CERTAIN_TRIALS, low, high };
}

export function posteriorOf(programme: Programme, state: ModelState, option: OptionKey): Posterior {
  const { low, high } = rewardRange(programme);
  let mean = 0;
  let variance = 0;
  for (const goal of programme.goal.signals) {
    if (!countsFor(goal, option)) continue;
    const scale = scaleOf(goal);
    const moments = signalMoments(state, option, goal);
    mean += scale * moments.mean;
    variance += scale * scale * moments.variance;
  }
  const width = high - low;
  if (variance === 0) return certain(mean, { low, high });
  const unit = (mean - low) / width;
  const trials = (unit * (1 - unit) * width * width) / variance - 1;
  return { mean, variance, alpha: unit * trials, beta: (1 - unit) * trials, low, high };
}
