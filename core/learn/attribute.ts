import type { Credit, DecisionFact, StoredSignal } from '../contracts/records.ts';
import { countsFor } from './counts-for.ts';
import { creditedBy } from './responses.ts';
import { sendTimeOf } from '../domain/decision.ts';
import { firstReports, ordersLeft } from '../domain/orders.ts';
import type { GoalSignal, Programme } from '../domain/programme.ts';
import { HOUR_MS } from '../domain/programme.ts';
import { withScanners } from '../domain/scanners.ts';

/**
 * Platforms stamp events to the second and their clocks differ from ours: an event that names its decision may carry a
 * time up to this much before it.
 */
export const CLOCK_SKEW_MS = 24 * HOUR_MS;

/** Which of a person's decisions of one programme a signal is the consequence of. */
function causeOf(
  signal: StoredSignal,
  goal: GoalSignal,
  decisions: readonly DecisionFact[],
): DecisionFact | undefined {
  const named = signal.decisionId !== undefined || signal.send !== undefined;
  const window = goal.windowHours * HOUR_MS;
  const possible = decisions.filter((decision) => {
    const sent = sendTimeOf(decision);
    // what names its decision may tell of a platform that did not wait
    if (signal.at - sent > window || signal.at < (named ? decision.at - CLOCK_SKEW_MS : sent)) return false;
    if (signal.decisionId !== undefined) return decision.id === signal.decisionId;
    // a message signal belongs to its own message; one of another tool's sends is not ours to credit
    if (signal.send !== undefined) return decision.send === signal.send;
    return true;
  });
  // what does not count for silence is looked for before it; where no message was sent it stays with the silence, since
  // the person did it in one arm or the other. Silence that a guardrail made has its own, too: a decision earns a signal once, and orders of
  // a week would count once for who had a message at its beginning, and up to seven times for who is held out
  const counted = possible.filter(({ option }) => countsFor(goal, option));
  return latest(counted) ?? latest(possible);
}

const latest = (decisions: readonly DecisionFact[]): DecisionFact | undefined =>
  decisions.reduce<DecisionFact | undefined>((last, next) => {
    if (!last) return next;
    const later = sendTimeOf(next) - sendTimeOf(last);
    return later > 0 || (later === 0 && next.id > last.id) ? next : last;
  }, undefined);

/**
 * Worth of one signal in [0, 1]: its value as a share of the cap, or 1 where the goal only counts.
 * @param left what is left of it, from 0 to 1: an order that is counted is one until all of it is taken back
 */
function worthOf(signal: StoredSignal, goal: GoalSignal, left: number): number {
  if (goal.value === undefined) return left > 0 ? 1 : 0;
  const value = left * (signal.values[goal.value] ?? 0);
  return Math.min(1, Math.max(0, value / (goal.cap ?? 1)));
}

/**
 * What one person's signals are worth to one programme's decisions: the last decision before the signal and inside its
 * window, unless the signal names one or does not count for silence. A function of the set of decisions and signals, not of
 * the order they arrived in.
 */
export function attribute(
  programme: Programme,
  decisions: readonly DecisionFact[],
  signals: readonly StoredSignal[],
): Credit[] {
  const own = decisions.filter((decision) => decision.programme === programme.id);
  const credits = new Map<string, Credit>();
  const goals = creditedBy(programme);
  const counted = goals.map(({ signal }) => signal);
  const left = ordersLeft(signals, programme, counted);
  const made = withScanners(signals).filter(({ machine }) => machine !== true);
  for (const signal of firstReports(made)) {
    for (const goal of goals) {
      if (goal.signal !== signal.name) continue;
      const cause = causeOf(signal, goal, own);
      // what a programme only learns of hours by is of no use of messages that were sent at once
      if (!cause || !(cause.planned || programme.goal.signals.includes(goal))) continue;
      const worth = worthOf(signal, goal, left(signal, goal.value));
      if (worth === 0) continue;
      const key = `${cause.id} ${goal.signal}`;
      const known = credits.get(key);
      const { id: decision, person } = cause;
      const credit = { decision, programme: programme.id, person, signal: goal.signal };
      // they come in the order of time: the first is the earliest. From the decision on, as trials are: when it is sent is part of it
      const delay = known?.delay ?? Math.max(0, signal.at - cause.at);
      credits.set(key, { ...credit, worth: Math.min(1, (known?.worth ?? 0) + worth), delay });
    }
  }
  return [...credits.values()];
}
