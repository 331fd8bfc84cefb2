import { describe, expect, it } from 'vitest';
import type { Busy } from '../../support/busy-traffic.ts';
import { busy, deliverAnyhow, OVER, refundsOf, someOrders, without } from '../../support/busy-traffic.ts';
import type { EngineRig } from '../../support/engine-rig.ts';
import { decided, deletions, eventsOf, GONE, sayings, TIMES } from '../../support/every-model.ts';
import { EVERY_POLICY } from '../../support/every-policy.ts';
import { apart } from '../../support/said.ts';

/** What has to be in it, or less is compared than it seems. */
const HEARD = [
  ...['auto', 'linear', 'shared'].map((id) => `${id} report ranges spent min`),
  ...['auto-plain', 'auto-tired', 'linear-fading', 'shared', 'top-two', 'weighted-fading'].map(
    (id) => `${id} report prior related`,
  ),
  ...['weighted report change at', 'weighted policy beyond 0 option', 'linear policy beyond 0 option'],
  ...['auto-pieces policy pieces 1 0 propensity', 'linear-fading policy pieces 0 0 propensity'],
  ...['auto-pieces report hours 0 factor', 'fixed-split policy hours 0 profile factor 0'],
];

/** What came of them in order, folded once. */
async function inOrder(world: Busy): Promise<EngineRig> {
  const rig = await decided(world);
  await rig.engine.ingest(eventsOf(world).sort((a, b) => a.at - b.at));
  await rig.folder.catchUp();
  return rig;
}

describe('a model of any kind, what its policy says and what its report says', () => {
  it.each([1, 2])(
    'depend on no order, and on nobody who was erased and nothing that was taken back: traffic %d',
    { timeout: 90_000 },
    async (seed) => {
      const world = busy(seed, EVERY_POLICY, 22);
      const rig = await decided(world);
      await deliverAnyhow(rig, eventsOf(world), seed);
      const plain = sayings(await inOrder(world), [OVER]);
      for (const what of HEARD) expect(plain.keys()).toContain(`${what} after 0 d`);
      expect(apart(sayings(rig, [OVER]), plain)).toEqual([]);

      const orders = someOrders(world, seed);
      await deliverAnyhow(rig, [...refundsOf(world, orders), ...deletions()], seed);
      await rig.engine.ingest(deletions().map((event) => ({ ...event, id: `${event.id} again` })));
      await rig.folder.catchUp();
      const rest = await inOrder(without(world, GONE, orders));
      expect(apart(sayings(rig, TIMES), sayings(rest, TIMES))).toEqual([]);
    },
  );
});
