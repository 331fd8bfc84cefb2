import type { CreditedDecision } from '../contracts/store.ts';
import { again, isComplete } from '../decide/again.ts';
import type { LiveProgramme } from '../decide/decide.ts';
import { sendTimeOf } from '../domain/decision.ts';
import type { Decision, OptionKey, ScoredOption } from '../domain/decision.ts';
import { countsFor } from '../learn/counts-for.ts';
import type { Programme, Variant } from '../domain/programme.ts';
import { HOUR_MS } from '../domain/programme.ts';
import { hasSlots } from '../domain/slots.ts';
import { costOf } from '../policies/costs.ts';
import { learnsPieces } from '../policies/pieces.ts';
import { scaleOf } from '../policies/posterior.ts';
import type { OffPolicySample } from './off-policy.ts';

/** A programme as it is and as it would be, both on the newest model. */
export interface Alternatives {
  unchanged: LiveProgramme;
  changed: LiveProgramme;
}

/** Why a decision says nothing about a change. */
export type Skipped = 'holdout' | 'pinned' | 'not-live' | 'incomplete' | 'not-looked-at';

/** One decision under both programmes. */
export interface Compared {
  unchanged: Decision;
  changed: Decision;
}

/** Why a decision is left out, or undefined: only what the policy chose, or could not choose from, depends on a programme. */
export function skippedFor({ reason, dropped, pin, ...rest }: Decision): Skipped | undefined {
  if (pin !== undefined || reason === 'pinned') return 'pinned';
  if (reason === 'holdout') return 'holdout';
  const off = dropped.some(({ rule, state }) => rule === 'dates' && STOPPED.has(state ?? ''));
  if (off) return 'not-live';
  return rest.spooled || !isComplete({ reason, dropped, pin, ...rest }) ? 'incomplete' : undefined;
}

const STOPPED: ReadonlySet<string> = new Set(['draft', 'paused', 'ended']);

/** Makes a decision again on both programmes, with the facts and the draw it had. */
export function compare(decision: Decision, { unchanged, changed }: Alternatives): Compared | undefined {
  if (!isComplete(decision)) return undefined;
  return { unchanged: again(decision, unchanged), changed: again(decision, changed) };
}

/** A decision as estimators need it under one of two policies, with the probability of what could not have been drawn. */
export interface Weighed extends OffPolicySample {
  uncovered: number;
}

const at = (eligible: readonly ScoredOption[], option: OptionKey): ScoredOption | undefined =>
  eligible.find((scored) => scored.option === option);

/** What a decision earned of what was credited to it, in units of the goal, less what it cost. */
export function rewardOf({ decision, credits }: CreditedDecision, { programme }: LiveProgramme): number {
  const counted = programme.goal.signals.filter((goal) => countsFor(goal, decision.option));
  const scales = new Map(counted.map((goal) => [goal.signal, scaleOf(goal)]));
  const earned = credits.reduce((sum, { signal, worth }) => sum + (scales.get(signal) ?? 0) * worth, 0);
  return earned - costOf(programme, decision.option);
}

/** Whether two versions of a programme mean the same by what a decision earned. */
export function sameRewards(one: Programme, other: Programme): boolean {
  const costs = one.variants.filter(({ id }) => other.variants.some((variant) => variant.id === id));
  const same = costs.every(({ id }) => costOf(one, id) === costOf(other, id));
  return same && JSON.stringify(one.goal.signals) === JSON.stringify(other.goal.signals);
}

/** What pieces messages may have, and what may not be together. */
function choiceOf({ slots, pick, pairs, forbidden }: Variant): unknown {
  const ids = Object.entries(slots ?? {}).map(([name, own]) => [name, own.map(({ id }) => id)]);
  return [ids.sort(([a], [b]) => (a! < b! ? -1 : 1)), Object.entries(pick ?? {}).sort(), pairs, forbidden];
}

/** Whether the pieces of messages would be chosen alike: what was drawn among others says nothing of that. */
export function samePieces(one: Programme, other: Programme): boolean {
  const slotted = one.variants.flatMap((own) => {
    const same = other.variants.find(({ id }) => id === own.id);
    return same && (hasSlots(own) || hasSlots(same)) ? [[own, same] as const] : [];
  });
  const alike = slotted.every(
    ([own, same]) => JSON.stringify(choiceOf(own)) === JSON.stringify(choiceOf(same)),
  );
  return alike && (slotted.length === 0 || learnsPieces(one) === learnsPieces(other));
}

/** Whether everything that may still be credited to a decision has had the time to happen. */
export function isMature(decision: Decision, { programme }: LiveProgramme, now: number): boolean {
  const hours = Math.max(...programme.goal.signals.map(({ windowHours }) => windowHours));
  return sendTimeOf(decision) + hours * HOUR_MS <= now;
}

/** How likely what was drawn is under another policy, `made` being the same decision made again on that. */
export function weigh(logged: Decision, made: Decision, reward: number): Weighed {
  const { option, eligible, propensity, person } = logged;
  const own = at(made.eligible, option);
  const untried = made.eligible.filter((scored) => !at(eligible, scored.option));
  const sum = (of: readonly ScoredOption[], value: (scored: ScoredOption) => number): number =>
    of.reduce((total, scored) => total + value(scored), 0);
  return {
    person,
    reward,
    // of the option alone: when it is sent is taken as it was
    logged: at(eligible, option)?.propensity ?? propensity,
    target: own?.propensity ?? 0,
    modelled: own?.score ?? 0,
    expected: sum(made.eligible, (scored) => scored.propensity * scored.score),
    uncovered: sum(untried, (scored) => scored.propensity),
  };
}
