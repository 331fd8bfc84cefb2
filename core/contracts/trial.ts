import type { Decision, OptionKey } from '../domain/decision.ts';

/** One decision that teaches, with what it is credited with now. */
export interface Trial {
  option: OptionKey;
  at: number;
  context: Decision['context'];
  /** By signal, in [0, 1]. */
  worths: Record<string, number>;
}
