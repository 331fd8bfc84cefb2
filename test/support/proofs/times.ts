import type { Store } from '../../../core/contracts/store.ts';
import { rngFromText } from '../../../core/maths/xoshiro.ts';
import { pick } from '../chance.ts';
import { engineRig } from '../engine-rig.ts';
import type { Fault } from './faults.ts';
import { planned, STARTS } from './planned.ts';
import { PlannedWorld } from './planned-world.ts';
import type { Proof } from './proof.ts';

const AT_ONCE = 64;
const NONE: Fault = {};

/**
 * Decisions of 64 callers on what is sent when, in every zone, most of them over days on which clocks are changed somewhere: nothing is to
 * be sent at a time that is closed, limits hold at the times that are planned, no open time is left out, and what is put off is decided
 * again when it is due. Each answer is compared with what follows from all that happened before. `fault` is built in.
 */
export async function proveTimes(
  store: Store,
  decisions: number,
  seed: string,
  fault?: Fault,
): Promise<Proof> {
  const rng = rngFromText(`times ${seed}`);
  const start = pick(rng, STARTS);
  const programmes = planned(start);
  const { programme: other = (own) => own, store: through = (own) => own } = fault ?? NONE;
  const rig = await engineRig({ store: through(store), programmes: programmes.map(other) });
  rig.clock.now = start;
  const world = new PlannedWorld(rig, programmes, rng);
  // one that is built in need be seen once only
  const seen = (): boolean => fault !== undefined && world.wrong.length > 0;
  for (let batch = 0; world.counts.decisions! < decisions && !seen(); batch++) {
    world.begin();
    if (batch % 20 === 0) await rig.folder.catchUp();
    // submitted at once they are one batch, in this order
    const effects = await Promise.all(Array.from({ length: AT_ONCE }, () => world.step()()));
    for (const effect of effects) effect();
  }
  return { counts: world.counts, wrong: world.wrong };
}
