import type { DeskStore } from '../../core/contracts/store.ts';
import type { Explanation } from '../../core/decide/why/explain.ts';
import { explain } from '../../core/decide/why/explain.ts';
import type { Decision } from '../../core/domain/decision.ts';
import { liveOf } from './live.ts';
import { remedies } from './remedies.ts';
import type { EngineDoor } from './room.ts';

/** Why a recorded decision is as it is; undefined where the version of the programme it was made on is not there. */
export async function why(
  decision: Decision,
  store: Pick<DeskStore, 'programmeVersion'>,
  engine: Pick<EngineDoor, 'model'>,
): Promise<Explanation | undefined> {
  const { programme, programmeVersion } = decision;
  const version = await store.programmeVersion(programme, programmeVersion);
  return version === null
    ? undefined
    : explain(decision, liveOf(version, await engine.model(programme)), remedies);
}
