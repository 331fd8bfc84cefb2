import type { Arm } from '../domain/arm.ts';
import type { Decision, OptionKey } from '../domain/decision.ts';
import type { Pieces } from '../domain/slots.ts';
import type { PlannedHour } from '../domain/timing.ts';
import type { Credit } from './records.ts';

/** What came of one decision, by signal. */
export type Credited = Readonly<Record<string, Pick<Credit, 'worth' | 'delay'>>>;

/** One decision that teaches, with what it is credited with now. */
export interface Trial {
  option: OptionKey;
  at: number;
  context: Decision['context'];
  /** The hour the message was planned for. */
  planned?: PlannedHour | undefined;
  /** The pieces the message was put together from. */
  pieces?: Pieces | undefined;
  credits: Credited;
}

/** What one arm of a programme is made of on record. */
export interface ArmTotals {
  arm: Arm;
  /** Persons by their first decision; of two who became one, both. */
  persons: number;
  /** Of their rewards. */
  sum: number;
  squares: number;
}
