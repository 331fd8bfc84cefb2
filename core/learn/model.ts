import type { Arm } from '../domain/arm.ts';
import type { OptionKey } from '../domain/decision.ts';
import type { ProgrammeId } from '../domain/programme.ts';
import type { CompensatedSum } from '../maths/compensated-sum.ts';
import { plus, ZERO_SUM } from '../maths/compensated-sum.ts';
import type { LinearState } from './linear-state.ts';

/** Worth of one signal over the trials of one option: how many trials had it, and the sum of worths in [0, 1]. */
export interface SignalTotal {
  count: number;
  worth: CompensatedSum;
}

export interface OptionTotal {
  trials: number;
  signals: Record<string, SignalTotal>;
}

/** Reward of one arm, by person: what lift is computed from. */
export interface ArmTotal {
  persons: number;
  sum: CompensatedSum;
  sumOfSquares: CompensatedSum;
}

/** What was learned about one programme: sums only, so that anything can be taken back. */
export interface ModelState {
  options: Record<OptionKey, OptionTotal>;
  arms: Record<Arm, ArmTotal>;
  /** Of a programme that learns from context. */
  linear?: LinearState | undefined;
}

/** A state with its version: what decisions name. */
export interface Model {
  programme: ProgrammeId;
  version: number;
  state: ModelState;
}

const EMPTY_ARM: ArmTotal = { persons: 0, sum: ZERO_SUM, sumOfSquares: ZERO_SUM };

export function emptyState(): ModelState {
  return { options: {}, arms: { treated: { ...EMPTY_ARM }, holdout: { ...EMPTY_ARM } } };
}

function optionTotal(state: ModelState, option: OptionKey): OptionTotal {
  return (state.options[option] ??= { trials: 0, signals: {} });
}

/** Nothing is kept of an option that has nothing left: taking everything back ends in the state before it. */
function tidy(state: ModelState, option: OptionKey): void {
  const total = state.options[option];
  if (total?.trials === 0 && Object.keys(total.signals).length === 0) delete state.options[option];
}

/** Adds trials; a negative number takes them back. Changes `state`. */
export function addTrials(state: ModelState, option: OptionKey, trials: number): void {
  optionTotal(state, option).trials += trials;
  tidy(state, option);
}

/** Moves the worth of one trial's signal from `before` to `after` (0: none). Changes `state`. */
export function moveWorth(
  state: ModelState,
  option: OptionKey,
  signal: string,
  { before, after }: { before: number; after: number },
): void {
  const totals = optionTotal(state, option).signals;
  const { count, worth } = totals[signal] ?? { count: 0, worth: ZERO_SUM };
  const left = count + Number(after > 0) - Number(before > 0);
  // the sum over no trials is 0 exactly, whatever rounding left behind
  if (left === 0) delete totals[signal];
  else totals[signal] = { count: left, worth: plus(plus(worth, -before), after) };
  tidy(state, option);
}

/** Moves one person's reward from `before` to `after`. Changes `state`. */
export function moveReward(state: ModelState, arm: Arm, before: number, after: number): void {
  const total = state.arms[arm];
  total.sum = plus(plus(total.sum, -before), after);
  total.sumOfSquares = plus(plus(total.sumOfSquares, -before * before), after * after);
}

export function addPersons(state: ModelState, arm: Arm, persons: number): void {
  state.arms[arm].persons += persons;
}
