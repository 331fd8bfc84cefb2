import type { OptionKey } from '../domain/decision.ts';
import type { Programme } from '../domain/programme.ts';
import type { Pending } from '../learn/effective.ts';
import type { SumsAt } from '../learn/effective.ts';
import { effectiveOf, withoutPast } from '../learn/effective.ts';
import type { ModelState } from '../learn/model.ts';
import type { PastUse } from '../learn/past.ts';
import { optionTotals } from '../learn/model.ts';
import { inRanges } from '../learn/ranges.ts';
import { betaQuantile } from '../maths/beta-quantile.ts';
import type { LearnedPrior } from '../policies/belief.ts';
import type { Priced } from '../policies/costs.ts';
import { pricedOf } from '../policies/costs.ts';
import type { LimitState } from '../policies/limits.ts';
import { beyondLimits, limitStates } from '../policies/limits.ts';
import { stepsOf } from '../policies/policy-of.ts';
import { optionsOf } from '../policies/policy.ts';
import { posteriors, PRIOR_TRIALS } from '../policies/posterior.ts';
import type { Guard } from '../policies/traffic-guard.ts';
import { guardOf, guardTraffic } from '../policies/traffic-guard.ts';
import { autoEstimates } from './auto-estimates.ts';
import type { OptionDelay } from './delay-curves.ts';
import { optionDelays } from './delay-curves.ts';
import { eitherEstimate } from './either-estimate.ts';
import type { Eligible } from './compared-contexts.ts';
import type { Interval } from './interval.ts';
import type { Coefficient } from './linear-estimates.ts';
import type { Observed } from './observed.ts';
import { observedOf } from './observed.ts';
import { linearEstimates } from './linear-estimates.ts';

/** What is known about one option, for people to read. */
export interface OptionEstimate extends Priced {
  option: OptionKey;
  trials: number;
  /** As how many they count by now: less where signals may still come, and after forgetting. */
  effectiveTrials: number;
  /** Trials whose signals may still come, and as how many they count. */
  pending: Pending;
  /** The others: all that comes of them has come. */
  complete: Pending;
  /** Share of the trials so far. */
  share: number;
  /**
   * Probability with which the policy chooses it now, when no guardrail speaks against any option and the context is an average
   * one of those who may have all of them; 0 of one that is beyond a limit.
   */
  propensity: number;
  /** What its decisions earned; absent before there are any, and where nothing it does counts. */
  observed?: Observed | undefined;
  /** Reward per decision, in an average context of those who may have it: posterior mean and central 95 % interval. */
  estimate: number;
  interval: Interval;
  /** Of an option that not everybody may have, where the policy learns from context: who may, and what else they might have. */
  eligible?: Eligible | undefined;
  /** Of a policy that learns from context. */
  coefficients?: Coefficient[] | undefined;
  /** What it would be believed to earn by the options of this programme together, had it never been tried; absent where nothing it does counts. */
  learnedPrior?: LearnedPrior | undefined;
  /** How late the signals that count for it come. */
  delays: OptionDelay[];
  /** What is known of it from elsewhere, in rewards, and as how many trials that counts by now. */
  prior?: PastUse | undefined;
  /** Where it stands with each limit of the goal. */
  limits?: LimitState[] | undefined;
  /** By signal: trials that had it, and the sum of its worth in shares of its cap. */
  signals: Record<string, { count: number; worth: number }>;
}

/** @param at ms since 1970 */
export function estimatesOf(saved: Programme, state: ModelState, at: number): OptionEstimate[] {
  const programme = inRanges(saved, state);
  const options = optionsOf(programme, programme.variants);
  const sumsAt = effectiveOf(programme, state);
  const gone = new Set(beyondLimits(programme, sumsAt)?.(options, at).map(({ option }) => option));
  const open = options.filter((option) => !gone.has(option));
  const known = estimatesGiven(programme, state, sumsAt, { open, at });
  if (!state.past) return known;
  const plain = estimatesGiven(programme, state, withoutPast(sumsAt), { open, at });
  const { related } = sumsAt(at);
  return known.map((one, i) => {
    const own = eitherEstimate(one, plain[i]!, related);
    // what was done elsewhere is told apart
    const { learnedPrior } = plain[i]!;
    return { ...own, learnedPrior, ...pricedOf(programme, own.option, own.estimate) };
  });
}

/** As if all that counts by the sums held. */
function estimatesGiven(
  programme: Programme,
  state: ModelState,
  sumsAt: SumsAt,
  { open, at }: { open: readonly OptionKey[]; at: number },
): OptionEstimate[] {
  const options = optionsOf(programme, programme.variants);
  const policy = stepsOf(programme, sumsAt, { programme: programme.id, version: 0, state });
  const scored = open.length === 0 ? [] : policy.score(open, { context: {}, at });
  const propensities = new Map(scored.map(({ option, propensity }) => [option, propensity]));
  const effective = sumsAt(at);
  const linear = autoEstimates(programme, effective, open) ?? linearEstimates(programme, effective, open);
  const totals = optionTotals(state);
  const observed = observedOf(programme, effective);
  const trials = Object.values(totals).reduce((sum, option) => sum + option.trials, 0);
  const [posteriorOf, untriedOf] = [
    posteriors(programme, effective.options),
    posteriors(programme, effective.options, {}),
  ];
  const estimates = options.map((option) => {
    const { mean, alpha, beta, low, high } = posteriorOf(option);
    const untried = untriedOf(option);
    const at = (p: number): number => low + (high - low) * betaQuantile(p, alpha, beta);
    const own = totals[option] ?? { trials: 0, signals: {} };
    const effectiveTrials = effective.own[option]?.information[0] ?? 0;
    const pending = effective.pending[option] ?? { trials: 0, counted: 0 };
    const known = {
      option,
      trials: own.trials,
      effectiveTrials,
      pending,
      complete: {
        trials: own.trials - pending.trials,
        counted: Math.max(0, effectiveTrials - pending.counted),
      },
      share: trials === 0 ? 0 : own.trials / trials,
      propensity: propensities.get(option) ?? 0,
      observed: observed.get(option),
      estimate: mean,
      interval: { low: at(0.025), high: at(0.975), level: 0.95 },
      signals: own.signals,
      learnedPrior: untried.variance > 0 ? { mean: untried.mean, trials: PRIOR_TRIALS } : undefined,
      delays: optionDelays(effective, state, option),
      ...(effective.past[option] && { prior: effective.past[option] }),
      ...linear?.get(option),
    };
    return {
      ...known,
      ...pricedOf(programme, option, known.estimate),
      ...(programme.goal.limits && { limits: limitStates(programme, effective, option) }),
    };
  });
  return held(estimates, guardOf(programme, state), open);
}

/** With what the guard over new options leaves them, where probabilities are those of an average context. */
function held(
  estimates: OptionEstimate[],
  guard: Guard | undefined,
  open: readonly OptionKey[],
): OptionEstimate[] {
  if (!guard) return estimates;
  const known = new Map(estimates.map(({ option, propensity }) => [option, propensity]));
  const shares = guardTraffic(
    Float64Array.from(open, (option) => known.get(option)!),
    guard(open),
  );
  const left = new Map(open.map((option, i) => [option, shares[i]!]));
  return estimates.map((own) => ({ ...own, propensity: left.get(own.option) ?? 0 }));
}
