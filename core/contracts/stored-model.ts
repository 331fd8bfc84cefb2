import type { ProgrammeId } from '../domain/programme.ts';
import type { ModelSnapshot } from './records.ts';

/** A model as it stands in the store; of one that is gone version 0, and nothing in it. */
export interface StoredModel extends ModelSnapshot {
  /** Version that was written last: another one than `version` only where somebody else put back an older model, or removed it. */
  last: number;
}

/** Models as they were read last. */
export type KnownModels = ReadonlyMap<ProgrammeId, Pick<ModelSnapshot, 'version' | 'hash'>>;
