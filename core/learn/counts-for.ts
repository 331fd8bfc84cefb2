import type { OptionKey } from '../domain/decision.ts';
import { SILENCE } from '../domain/decision.ts';
import type { GoalSignal } from '../domain/programme.ts';

/** Whether an option earns by a signal: silence may be left out of it. */
export const countsFor = ({ silence }: Pick<GoalSignal, 'silence'>, option: OptionKey): boolean =>
  silence !== false || option !== SILENCE;
