import type { Arm } from '../domain/arm.ts';
import type { OptionKey } from '../domain/decision.ts';
import type { ProgrammeId } from '../domain/programme.ts';
import type { CompensatedSum } from '../maths/compensated-sum.ts';
import { plus, ZERO_SUM } from '../maths/compensated-sum.ts';

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

/** Adds trials; a negative number takes them back. Changes `state`. */
export function addTrials(state: ModelState, option: OptionKey, trials: number): void {
  optionTotal(state, option).trials += trials;
}

/** Moves the worth of one trial's signal from `before` to `after` (0: none). Changes `state`. */
export function moveWorth(
  state: ModelState,
  option: OptionKey,
  signal: string,
  { before, after }: { before: number; after: number },
): void {
  const totals = optionTotal(state, option).signals;
  const total = (totals[signal] ??= { count: 0, worth: ZERO_SUM });
  total.count += Number(after > 0) - Number(before > 0);
  total.worth = plus(plus(total.worth, -before), after);
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
