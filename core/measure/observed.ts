import type { OptionKey } from '../domain/decision.ts';
import type { Programme } from '../domain/programme.ts';
import { countsFor } from '../learn/counts-for.ts';
import type { BelievableSums } from '../learn/effective.ts';
import type { RewardSums } from '../learn/models/reward-sums.ts';
import { FIRST_TRIALS, rewardsOf } from '../learn/models/reward-sums.ts';
import { rewardSums } from '../policies/auto-beliefs.ts';
import { rewardRange } from '../policies/posterior.ts';
import { sequenceHalfWidth } from './lift.ts';
import type { Interval } from './interval.ts';

/** What the decisions for an option earned on average, whoever they were for: not shrunk, and held against nothing. */
export interface Observed {
  mean: number;
  /** Where the mean of what they were expected to earn lies: at every look together, whatever chose the option. */
  interval: Interval;
}

const ALPHA = 0.05;
/** Trials at which the interval is tightest; it holds at any number. An option that does not do well is left with some hundreds. */
const TIGHTEST_AT = 500;

/** Second moment of a reward whose mean is `theta`: `still` + `rising` x `theta`. */
interface Spread {
  still: number;
  rising: number;
}

/** Of rewards of one sign it rises with their mean, as that of a coin does: an option without luck is not taken for one without doubt. */
function spreadOf(
  programme: Programme,
  option: OptionKey,
  own: RewardSums,
  all: readonly RewardSums[],
): Spread {
  const weights = programme.goal.signals.flatMap((goal) => (countsFor(goal, option) ? [goal.weight] : []));
  const { mean, variance, size } = rewardsOf(all);
  if (weights.every((weight) => weight >= 0)) return { still: 0, rising: size };
  if (weights.every((weight) => weight <= 0)) return { still: 0, rising: -size };
  const pooled = variance + mean ** 2;
  return { still: (own.squares + FIRST_TRIALS * pooled) / (own.weight + FIRST_TRIALS), rising: 0 };
}

/**
 * Of each option that was tried and can earn. What is added up of an option is a martingale, however it came to be chosen, so a confidence
 * sequence over its own trials holds under a policy that chooses by what it saw (Howard, Ramdas, McAuliffe, Sekhon, "Time-uniform,
 * nonparametric, nonasymptotic confidence sequences", 2021, section 4.2; here the asymptotic one of `sequenceHalfWidth`). It is inverted with
 * the variance that the mean in question would have (Wilson, "Probable Inference", 1927).
 */
export function observedOf(
  programme: Programme,
  { own: options }: Pick<BelievableSums, 'own'>,
): ReadonlyMap<OptionKey, Observed> {
  const { low, high } = rewardRange(programme);
  const unit = high - low;
  const known = Object.keys(options).map((option) => {
    return [option, rewardSums(programme, { options }, { option, unit, count: 1 })] as const;
  });
  const all = known.map(([, sums]) => sums);
  const observed = new Map<OptionKey, Observed>();
  for (const [option, sums] of known) {
    const n = sums.weight;
    if (n < 1 || !programme.goal.signals.some((goal) => goal.weight !== 0 && countsFor(goal, option)))
      continue;
    const mean = sums.response[0]! / n;
    const { still, rising } = spreadOf(programme, option, sums, all);
    // (mean - theta)^2 = reach (still + rising theta - theta^2)
    const reach = sequenceHalfWidth(1, n, ALPHA, TIGHTEST_AT) ** 2;
    const centre = (mean + (reach * rising) / 2) / (1 + reach);
    const square = centre ** 2 - (mean ** 2 - reach * still) / (1 + reach);
    const half = Math.sqrt(Math.max(0, square));
    const at = (theta: number): number => Math.min(high, Math.max(low, unit * theta));
    const interval = { low: at(centre - half), high: at(centre + half), level: 1 - ALPHA };
    observed.set(option, { mean: unit * mean, interval });
  }
  return observed;
}
