import type { GoalSignal } from './programme.ts';

/** How readily everybody answers: the signal that counts as an answer, and the share of messages that have it. */
export interface Answering {
  goal: GoalSignal;
  rate: number;
}
