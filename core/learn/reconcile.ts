import type { ArmReward, Credit, DecisionFact, History } from '../contracts/records.ts';
import type { Programme } from '../domain/programme.ts';
import { scaleOf } from '../policies/posterior.ts';
import { attribute } from './attribute.ts';
import type { ModelState } from './model.ts';
import { moveReward } from './model.ts';

/** A credit whose worth or delay moved. */
export interface CreditChange {
  credit: Credit;
  before: number;
  decision: DecisionFact;
  /** Reward the change is worth: weight x cap x (after - before). */
  reward: number;
}

const keyOf = (credit: { decision: string; signal: string }): string => `${credit.decision} ${credit.signal}`;

/**
 * What has to change for one person's credits to be what their decisions and signals say now. Nothing when nothing
 * moved, however often it is asked.
 */
export function creditChanges(programme: Programme, history: History): CreditChange[] {
  const wanted = new Map(
    attribute(programme, history.decisions, history.signals).map((credit) => [keyOf(credit), credit]),
  );
  const held = new Map(
    history.credits.filter((c) => c.programme === programme.id).map((credit) => [keyOf(credit), credit]),
  );
  const decisions = new Map(history.decisions.map((decision) => [decision.id, decision]));
  const scales = new Map(programme.goal.signals.map((goal) => [goal.signal, scaleOf(goal)]));
  return [...new Set([...wanted.keys(), ...held.keys()])].flatMap((key) => {
    const { worth: before = 0, delay } = held.get(key) ?? {};
    const credit = wanted.get(key) ?? { ...held.get(key)!, worth: 0 };
    const decision = decisions.get(credit.decision);
    if (!decision || (credit.worth === before && credit.delay === delay)) return [];
    const reward = (scales.get(credit.signal) ?? 0) * (credit.worth - before);
    return [{ credit, before, decision, reward }];
  });
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((total, x) => total + x, 0);

/** What a person's reward is after some changes; before them it was what is held, by each who became them. */
export const rewardAfter = (held: readonly ArmReward[], changes: readonly CreditChange[]): number =>
  sumOf(held.map(({ reward }) => reward)) + sumOf(changes.map(({ reward }) => reward));

/**
 * The arms when what is held of one person's reward is out of them, and what it is by now, if anything, in one.
 * @throws RangeError where they are no finite numbers then
 */
export function armsAfter(
  state: Pick<ModelState, 'arms'>,
  held: readonly ArmReward[],
  now?: Pick<ArmReward, 'arm' | 'reward'>,
): ModelState['arms'] {
  const { treated, holdout } = state.arms;
  const arms = { treated: { ...treated }, holdout: { ...holdout } };
  for (const { arm, reward } of held) moveReward({ arms }, arm, reward, 0);
  if (now) moveReward({ arms }, now.arm, 0, now.reward);
  return arms;
}
