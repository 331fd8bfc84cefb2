import type { OptionKey } from '../domain/decision.ts';
import { SILENCE } from '../domain/decision.ts';
import type { GoalSignal } from '../domain/programme.ts';

/** Whether an option earns by a signal: silence may be left out of it. */
export const countsFor = ({ silence }: Pick<GoalSignal, 'silence'>, option: OptionKey): boolean =>
  silence !== false || option !== SILENCE;

/** Whether an option earns or loses by a signal: one of weight 0 is counted for a limit only. */
export const earnsBy = (goal: GoalSignal, option: OptionKey): boolean =>
  goal.weight !== 0 && countsFor(goal, option);
