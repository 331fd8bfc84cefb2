import type { DecisionFact } from '../contracts/records.ts';
import type { Credited } from '../contracts/trial.ts';
import type { ProgrammeId } from '../domain/programme.ts';

/** How what one decision taught is moved. */
export interface Move {
  programme: ProgrammeId;
  decision: DecisionFact;
  before: Credited;
  /** Absent where the decision itself is taken back. */
  after?: Credited;
}
