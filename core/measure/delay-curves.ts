import type { Programme } from '../domain/programme.ts';
import { arrivalsOf } from '../learn/delays.ts';
import { effectiveSums } from '../learn/effective.ts';
import type { ModelState } from '../learn/model.ts';

/** How late one signal of the goal comes, for people to read. */
export interface DelayCurve {
  signal: string;
  windowHours: number;
  /** How many there were. */
  arrivals: number;
  /** Of what comes inside the window, the share that has come after so many hours. */
  curve: { hours: number; share: number }[];
}

/** @param at ms since 1970 */
export function delayCurves(programme: Programme, state: ModelState, at: number): DelayCurve[] {
  const totals = state.linear.blocks.flatMap(({ options }) => Object.values(options));
  return effectiveSums(programme, state, at).awaited.map(({ goal, law: { bins, shared } }) => ({
    signal: goal.signal,
    windowHours: goal.windowHours,
    arrivals: totals.reduce((sum, total) => sum + arrivalsOf(total, goal.signal), 0),
    curve: bins.map((hours, i) => ({ hours, share: shared.shares[i]! })),
  }));
}
