import type { ArmReward, Credit, DecisionFact, History } from '../contracts/records.ts';
import type { Credited } from '../contracts/trial.ts';
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

/** Reward that a worth of 1 of each signal earns. */
const scalesOf = ({ signals }: Programme['goal']): ReadonlyMap<string, number> =>
  new Map(signals.map((goal) => [goal.signal, scaleOf(goal)]));

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
  const scales = scalesOf(programme.goal);
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

/** What one decision is credited with on record. */
export const creditedTo = ({ credits }: History, { id }: DecisionFact): Credited =>
  Object.fromEntries(credits.flatMap((c) => (c.decision === id ? [[c.signal, c] as const] : [])));

/**
 * A person's reward after some changes: of all they are credited with, by the goal as it is now. What was held of them may be by
 * another one.
 */
export function rewardAfter(
  { id, goal }: Programme,
  { credits }: History,
  changes: readonly CreditChange[],
): number {
  const own = credits.filter(({ programme }) => programme === id);
  const all = new Map([...own, ...changes.map(({ credit }) => credit)].map((own) => [keyOf(own), own]));
  // in one order, whatever the store has them in: what is worked out twice is the same to the last digit
  const sorted = [...all].sort(([a], [b]) => (a < b ? -1 : 1));
  const scales = scalesOf(goal);
  return sumOf(sorted.map(([, { signal, worth }]) => (scales.get(signal) ?? 0) * worth));
}

export const heldReward = (held: readonly ArmReward[]): number => sumOf(held.map(({ reward }) => reward));

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
