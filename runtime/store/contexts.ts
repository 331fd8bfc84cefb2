import type { Credit, DecisionCount } from '../../core/contracts/records.ts';
import type { Credited, Trial } from '../../core/contracts/trial.ts';
import type { Decision } from '../../core/domain/decision.ts';
import type { ProgrammeId } from '../../core/domain/programme.ts';
import type { PlannedHour } from '../../core/domain/timing.ts';

/** What is wanted of histories besides whose. */
export interface HistoryAsk {
  signals?: readonly string[] | undefined;
  contextual?: readonly ProgrammeId[] | undefined;
}

/** A credit as tables have it. */
export type CreditRow = Omit<Credit, 'delay'> & { delay: number | null };

export const creditOf = ({ delay, ...credit }: CreditRow): Credit =>
  delay === null ? credit : { ...credit, delay };

/** A decision and one of its credits, if any, as tables have them. */
export interface TrialRow {
  id: string;
  option: string;
  at: number;
  context: Decision['context'];
  planned?: PlannedHour | undefined;
  signal: string | null;
  worth: number | null;
  delay: number | null;
}

/** The hour a decision planned its message for, where it did. */
export const plannedOf = ({ timing }: Pick<Decision, 'timing'>): { planned?: PlannedHour } =>
  timing?.planned ? { planned: timing.planned } : {};

/** The same in text. */
export const plannedIn = (text: string | null): { planned?: PlannedHour } =>
  text === null ? {} : { planned: JSON.parse(text) as PlannedHour };

/** The context in a record of a decision. */
export const contextIn = (text: string | null): Decision['context'] =>
  text === null ? {} : (JSON.parse(text) as Decision['context']);

/** Rows that are alike as one, with their number. */
export function counted(rows: Iterable<Omit<DecisionCount, 'count'>>): DecisionCount[] {
  const counts = new Map<string, DecisionCount>();
  for (const row of rows) {
    const key = JSON.stringify(row);
    const known = counts.get(key);
    if (known) known.count++;
    else counts.set(key, { ...row, count: 1 });
  }
  return [...counts.values()];
}

/** Decisions, each with all of its credits. */
export function trialsIn(rows: readonly TrialRow[]): Trial[] {
  const trials = new Map<string, Trial & { credits: Record<string, Credited[string]> }>();
  for (const { id, option, at, context, planned, signal, worth, delay } of rows) {
    let trial = trials.get(id);
    if (!trial) trials.set(id, (trial = { option, at, context, credits: {}, ...(planned && { planned }) }));
    if (signal !== null) trial.credits[signal] = { worth: worth!, delay: delay ?? undefined };
  }
  return [...trials.values()];
}
