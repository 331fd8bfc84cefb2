import type { Programme, ProgrammeId } from '../domain/programme.ts';
import type { ModelState } from './model.ts';
import type { Stretch } from './stretches.ts';

/** What a fold begins with. */
export interface FoldBase {
  programmes: readonly Programme[];
  states: ReadonlyMap<ProgrammeId, ModelState>;
  /** Programmes whose state was made anew (`core/learn/renewal.ts`) and has to be written. */
  renewed?: readonly ProgrammeId[] | undefined;
  /** Ledger position that everything before is folded at. */
  position: number;
  /** The part of the ledger that tells whose histories are looked at. */
  stretch: Stretch;
}

/** A programme to which something could not be added. */
export interface FoldFault {
  programme: ProgrammeId;
  error: unknown;
}
