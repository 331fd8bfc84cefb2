import type { Credit, DecisionCount, NewDecision } from '../../core/contracts/records.ts';
import type { Credited, Trial } from '../../core/contracts/trial.ts';
import type { Decision } from '../../core/domain/decision.ts';
import type { ProgrammeId } from '../../core/domain/programme.ts';
import { HOUR_MS } from '../../core/domain/programme.ts';
import type { Pieces } from '../../core/domain/slots.ts';
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
  pieces?: Pieces | undefined;
  signal: string | null;
  worth: number | null;
  delay: number | null;
}

/** What is learned from in a message, where there is any of it: the hour it was planned for, and its pieces. */
export interface Taught {
  planned?: PlannedHour;
  pieces?: Pieces;
}

export const taughtOf = ({ timing, pieces }: Pick<Decision, 'timing' | 'pieces'>): Taught => ({
  ...(timing?.planned && { planned: timing.planned }),
  ...(pieces && { pieces }),
});

/** The same in text. */
export const taughtIn = ({ planned, pieces }: { planned: string | null; pieces: string | null }): Taught => ({
  ...(planned !== null && { planned: JSON.parse(planned) as PlannedHour }),
  ...(pieces !== null && { pieces: JSON.parse(pieces) as Pieces }),
});

/** The context in a record of a decision. */
export const contextIn = (text: string | null): Decision['context'] =>
  text === null ? {} : (JSON.parse(text) as Decision['context']);

/** A decision as it is counted. */
export function countedOf({ decision, first }: NewDecision): DecisionCount {
  const { programme, option, arm, learn, at, context } = decision;
  const hour = Math.floor(at / HOUR_MS);
  return { programme, option, arm, learn, first, hour, count: 1, context, ...taughtOf(decision) };
}

/** What is learned from beside the option tells decisions apart only where somebody learns from it. */
export function toldApart(row: DecisionCount, contextual: readonly ProgrammeId[]): DecisionCount {
  if (contextual.includes(row.programme)) return row;
  const { programme, option, arm, learn, first, hour, count } = row;
  return { programme, option, arm, learn, first, hour, count };
}

/** Rows that are alike as one. */
export function counted(rows: Iterable<DecisionCount>): DecisionCount[] {
  const counts = new Map<string, DecisionCount>();
  for (const row of rows) {
    const key = JSON.stringify({ ...row, count: undefined });
    const known = counts.get(key);
    if (known) known.count += row.count;
    else counts.set(key, { ...row });
  }
  return [...counts.values()];
}

/** Decisions, each with all of its credits. */
export function trialsIn(rows: readonly TrialRow[]): Trial[] {
  const trials = new Map<string, Trial & { credits: Record<string, Credited[string]> }>();
  for (const { id, option, at, context, planned, pieces, signal, worth, delay } of rows) {
    let trial = trials.get(id);
    const taught = { ...(planned && { planned }), ...(pieces && { pieces }) };
    if (!trial) trials.set(id, (trial = { option, at, context, credits: {}, ...taught }));
    if (signal !== null) trial.credits[signal] = { worth: worth!, delay: delay ?? undefined };
  }
  return [...trials.values()];
}
