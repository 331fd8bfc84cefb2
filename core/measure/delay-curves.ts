import type { OptionKey } from '../domain/decision.ts';
import type { Programme } from '../domain/programme.ts';
import { countsFor } from '../learn/counts-for.ts';
import { arrivalsOf, curveOf } from '../learn/delays.ts';
import type { EffectiveSums } from '../learn/effective.ts';
import { effectiveSums } from '../learn/effective.ts';
import type { ModelState } from '../learn/model.ts';
import type { DelayCurve as Curve } from '../learn/models/delay.ts';

/** Of what comes inside the window, the share that has come after so many hours. */
interface Point {
  hours: number;
  share: number;
}

/** How late one signal of the goal comes, for people to read. */
export interface DelayCurve {
  signal: string;
  windowHours: number;
  /** How many there were. */
  arrivals: number;
  curve: Point[];
}

/** The same of one option; a few points of the curve. */
export interface OptionDelay extends Omit<DelayCurve, 'windowHours'> {
  /** How much of it is the curve of all options together: 1 before the option had a signal of its own. */
  pooled: number;
}

/** Hours that the curve of an option is told at. */
const POINTS = [1, 3, 6, 12, 24, 48, 96, 168, 336, 672, 1344];

const arrivalsIn = ({ linear }: Pick<ModelState, 'linear'>, signal: string, only?: OptionKey): number =>
  linear.blocks
    .flatMap(({ options }) => Object.entries(options))
    .filter(([option]) => only === undefined || option === only)
    .reduce((sum, [, total]) => sum + arrivalsOf(total, signal), 0);

/** @param at ms since 1970 */
export function delayCurves(programme: Programme, state: ModelState, at: number): DelayCurve[] {
  return effectiveSums(programme, state, at).awaited.map(({ goal, law: { bins, shared } }) => ({
    signal: goal.signal,
    windowHours: goal.windowHours,
    arrivals: arrivalsIn(state, goal.signal),
    curve: bins.map((hours, i) => ({ hours, share: shared.shares[i]! })),
  }));
}

const told = (curve: Curve, window: number): Point[] =>
  [...POINTS.filter((hours) => hours < window), window].map((hours) => ({ hours, share: curve.at(hours) }));

/** Of each signal that counts for an option. */
export function optionDelays(
  { awaited }: Pick<EffectiveSums, 'awaited'>,
  state: Pick<ModelState, 'linear'>,
  option: OptionKey,
): OptionDelay[] {
  return awaited
    .filter(({ goal }) => countsFor(goal, option))
    .map(({ goal: { signal }, law }) => ({
      signal,
      arrivals: arrivalsIn(state, signal, option),
      pooled: law.pooled.get(option) ?? 1,
      curve: told(curveOf(law, option), law.bins.at(-1)!),
    }));
}
