import { setImmediate as turn } from 'node:timers/promises';
import type { DeskStore } from '../../core/contracts/store.ts';
import type { Explanation } from '../../core/decide/why/explain.ts';
import { explaining } from '../../core/decide/why/explain.ts';
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
  if (version === null) return undefined;
  const live = liveOf(version, await engine.model(programme));
  const steps = explaining(decision, live, remedies);
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
    await turn();
  }
}
