import type { Store } from '../../../core/contracts/store.ts';
import type { Programme } from '../../../core/domain/programme.ts';
import { engineRig } from '../engine-rig.ts';
import { MINUTE } from '../programmes.ts';
import { World } from './caps-world.ts';
import { checkLog } from './check-log.ts';
import type { Fault } from './faults.ts';
import { tooClose } from './fates.ts';
import { codesFor, limited } from './limited.ts';
import { outliving } from './outliving.ts';
import type { Proof } from './proof.ts';
import { Standing } from './standing.ts';

const AT_ONCE = 64;

/**
 * Decisions among sends, aborts, merges, repeated and late events of 64 callers, under limits of every kind: none is broken, no place
 * is wasted, nothing is kept for longer than its time, and of what really leaves, hours or days late, no more comes together than caps
 * allow. What was answered is compared with what a replay of the whole log says, which
 * counts by another way than the program. `fault` is built into what is looked at.
 */
export async function proveCaps(
  store: Store,
  decisions: number,
  seed: string,
  { fault = {}, programmes = limited(decisions) }: { fault?: Fault; programmes?: Programme[] } = {},
): Promise<Proof> {
  const codes = codesFor(decisions);
  await store.addCodes('spring', codes);
  const { programme: other = (own) => own, store: through = (own) => own } = fault;
  const rig = await engineRig({ store: through(store), programmes: programmes.map(other) });
  const world = new World(rig, programmes, seed);
  while (world.counts.decisions! < decisions) {
    world.begin();
    // submitted at once they are one batch, in this order
    const effects = await Promise.all(Array.from({ length: AT_ONCE }, () => world.step()()));
    for (const effect of effects) effect();
  }
  const { wrong, counts } = checkLog(world.log, programmes, codes);
  const kept = await outliving(store, world.log, programmes);
  const { people } = new Standing(world.log, programmes);
  const close = [...tooClose(world, programmes, people)];
  return {
    counts: { ...world.counts, ...counts, late: lateIn(world), 'too close': close.length },
    wrong: [...world.wrong, ...wrong, ...kept, ...close],
  };
}

/** How many messages really left later than a minute after they were decided on. */
function lateIn({ log, fates }: World): number {
  const decisions = log.all.flatMap((own) => (own.kind === 'asked' ? own.looks : []));
  return decisions.filter(({ decision }) => {
    const at = fates.get(decision?.id ?? '') ?? Infinity;
    return at < Infinity && at > decision!.at + MINUTE;
  }).length;
}
