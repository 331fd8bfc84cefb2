import type { DroppedOption, OptionKey } from '../domain/decision.ts';
import { SILENCE } from '../domain/decision.ts';
import type { GoalLimit } from '../domain/goal.ts';
import type { Programme } from '../domain/programme.ts';
import type { BelievableSums, EffectiveSums, SumsAt } from '../learn/effective.ts';
import { betaCdf } from '../maths/beta-quantile.ts';

/** Name of the rule in records, beside those of guardrails. */
export const LIMITS = 'limits';

/** How sure it has to be that an option is beyond a limit, unless the limit says. */
const SURE = 0.9;

/** What is known of one option and one limit. */
export interface LimitState {
  signal: string;
  atMost: number;
  /** Trials, and how many of them have had the signal by now; of what is forgotten, what is left. */
  trials: number;
  count: number;
  /** As how many trials they count by now: of one that the signal may still come of, as much as would have come for sure. */
  counted: number;
  /** Probability that the option is beyond. */
  beyond: number;
  /** Whether that is enough to drop it. */
  dropped: boolean;
}

/**
 * Probability that a rate of which `count` of `trials` are known is above `atMost`. The prior is Jeffreys' for a rate around the
 * limit, half an occurrence in as many trials as allow half a one: it is beyond with a third, whatever the limit.
 */
export function beyondProbability(
  atMost: number,
  { trials, count }: { trials: number; count: number },
): number {
  const alpha = 0.5 + count;
  const beta = (0.5 * (1 - atMost)) / atMost + Math.max(0, trials - count);
  return 1 - betaCdf(atMost, alpha, beta);
}

export function limitStates(
  { goal }: Programme,
  { counted }: Pick<EffectiveSums, 'counted'>,
  option: OptionKey,
): LimitState[] {
  const own = counted[option];
  return (goal.limits ?? []).map(({ signal, atMost, sure = SURE }: GoalLimit) => {
    // counted without a value, its worths are ones
    const count = own?.signals[signal] ?? 0;
    // a signal may be folded before the decision it belongs to
    const trials = Math.max(own?.trials ?? 0, count);
    const told = Math.min(trials, Math.max(own?.told[signal] ?? 0, count));
    const beyond = option === SILENCE ? 0 : beyondProbability(atMost, { trials: told, count });
    return { signal, atMost, trials, count, counted: told, beyond, dropped: beyond > sure };
  });
}

const percent = (share: number): string => `${Number((100 * share).toPrecision(3))} %`;

function objectionTo(
  option: OptionKey,
  { signal, atMost, trials, count, counted, beyond }: LimitState,
): DroppedOption {
  // forgetting leaves fractions
  const whole = (n: number): string => Math.round(n).toLocaleString('en');
  const awaited = whole(counted) === whole(trials) ? '' : ` that count as ${whole(counted)} by now`;
  const had = `${whole(count)} ${signal} in ${whole(trials)} decisions${awaited}`;
  const detail = `${had}, at most ${percent(atMost)} may have it: with ${percent(beyond)} it is more`;
  return {
    option,
    rule: LIMITS,
    detail,
    signal,
    count: Math.round(count),
    limit: Math.floor(atMost * counted),
  };
}

/** The options a limit of the goal speaks against at a time (ms since 1970), of those given, with why. */
export type Beyond = (options: readonly OptionKey[], at: number) => DroppedOption[];

/** Absent where the goal has no limits. */
export function beyondLimits(programme: Programme, sumsAt: SumsAt): Beyond | undefined {
  if (!programme.goal.limits?.length) return undefined;
  let known: { sums: BelievableSums; objections: Map<OptionKey, DroppedOption> } | undefined;
  const objectionsAt = (at: number): Map<OptionKey, DroppedOption> => {
    const sums = sumsAt(at);
    if (known?.sums !== sums) known = { sums, objections: objectionsOf(programme, sums) };
    return known.objections;
  };
  return (options, at) => options.flatMap((option) => objectionsAt(at).get(option) ?? []);
}

function objectionsOf(programme: Programme, sums: BelievableSums): Map<OptionKey, DroppedOption> {
  const objections = programme.variants.flatMap(({ id }) => {
    const first = limitStates(programme, sums, id).find(({ dropped }) => dropped);
    return first ? [[id, objectionTo(id, first)] as const] : [];
  });
  return new Map(objections);
}
