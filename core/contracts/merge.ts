import type { Arm } from '../domain/arm.ts';
import type { PersonId } from '../domain/person.ts';
import type { ProgrammeId } from '../domain/programme.ts';

/** What a merge changes for measurement: one arm where there were two people. */
export interface MergedArm {
  programme: ProgrammeId;
  into: Arm | undefined;
  from: Arm | undefined;
  kept: Arm;
}

/** Two persons turned out to be one. */
export interface Merge {
  into: PersonId;
  from: PersonId;
  at: number;
  arms: MergedArm[];
}
