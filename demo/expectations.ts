import type { Played } from './campaign.ts';
import type { GoalSignal } from './programme.ts';
import { SIGNALS, trueReward, VARIANTS, WEIGHTS } from './programme.ts';

/** One arm as the simulation knows it. */
export interface ArmTruth {
  persons: number;
  /** Reward per person as it came to be, and as it would be on average over all chance. */
  seen: number;
  expected: number;
}

/** What Pickwell must have arrived at, worked out from the sends and from what people did alone. */
export interface Expectations {
  /** Distinct decisions, and distinct pairs of a person and a send. */
  decisions: Set<string>;
  sends: number;
  /** Decisions of the policy by variant, and how many of those had each goal signal. */
  trials: Record<string, number>;
  signals: Record<string, Record<GoalSignal, number>>;
  /** `decision signal` of everything that earned a reward. */
  rewards: Set<string>;
  treated: ArmTruth;
  holdout: ArmTruth;
  /** Sends by what became of them: by the policy, kept out, or stopped by a guardrail. */
  reasons: Record<string, number>;
  /** People who were in both arms. */
  inBothArms: number;
}

export const rewardOf = (signals: Iterable<GoalSignal>): number =>
  [...signals].reduce((sum, signal) => sum + WEIGHTS[signal], 0);

function armTruth(played: readonly Played[]): ArmTruth {
  const persons = new Set(played.map(({ send }) => send.person)).size;
  const sum = (numbers: number[]): number => numbers.reduce((a, b) => a + b, 0);
  const seen = sum(played.map(({ signals }) => rewardOf(signals)));
  const expected = sum(played.map(({ delivered }) => trueReward(delivered.variant)));
  return { persons, seen: seen / persons, expected: expected / persons };
}

function reasonsOf(played: readonly Played[]): Record<string, number> {
  const reasons: Record<string, number> = {};
  for (const { delivered } of played) {
    const reason = delivered.guardrail ?? delivered.reason;
    reasons[reason] = (reasons[reason] ?? 0) + 1;
  }
  return reasons;
}

export function expectationsOf(played: readonly Played[]): Expectations {
  const isHeld = ({ delivered }: Played): boolean => delivered.reason === 'holdout';
  const [holdout, treated] = [played.filter(isHeld), played.filter((one) => !isHeld(one))];
  const heldPersons = new Set(holdout.map(({ send }) => send.person));
  const trials = Object.fromEntries(VARIANTS.map((variant) => [variant, 0]));
  const signals = Object.fromEntries(
    VARIANTS.map((variant) => [variant, { [SIGNALS.order]: 0, [SIGNALS.click]: 0 }]),
  );
  for (const { delivered, signals: own } of played) {
    const { reason, variant = '' } = delivered;
    if (reason !== 'policy') continue;
    trials[variant] = (trials[variant] ?? 0) + 1;
    for (const signal of own) signals[variant]![signal] += 1;
  }
  const rewards = played.flatMap((one) => [...one.signals].map((s) => `${one.delivered.decision} ${s}`));
  return {
    decisions: new Set(played.map(({ delivered }) => delivered.decision ?? 'none')),
    sends: new Set(played.map(({ send }) => `${send.person} ${send.dispatch}`)).size,
    trials,
    signals,
    rewards: new Set(rewards),
    reasons: reasonsOf(played),
    treated: armTruth(treated),
    holdout: armTruth(holdout),
    inBothArms: new Set(treated.map(({ send }) => send.person).filter((person) => heldPersons.has(person)))
      .size,
  };
}

/** Share of each variant in the policy's decisions of one wave. */
export function sharesOf(played: readonly Played[]): Record<string, number> {
  const { trials } = expectationsOf(played);
  const all = Object.values(trials).reduce((sum, n) => sum + n, 0);
  return Object.fromEntries(Object.entries(trials).map(([variant, n]) => [variant, n / Math.max(1, all)]));
}
