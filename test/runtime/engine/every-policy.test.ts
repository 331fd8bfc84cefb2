import { expect, it } from 'vitest';
import { openSqliteStore } from '../../../runtime/store/sqlite/sqlite-store.ts';
import type { Busy } from '../../support/busy-traffic.ts';
import { busy, deliverAnyhow, refundsOf, someOrders, without } from '../../support/busy-traffic.ts';
import type { EngineRig, RigOptions } from '../../support/engine-rig.ts';
import { engineRig } from '../../support/engine-rig.ts';
import { decided, deletions, eventsOf, GONE, sayings, TIMES } from '../../support/every-model.ts';
import { EVERY_POLICY } from '../../support/every-policy.ts';
import { folder } from '../../support/folders.ts';
import { opened } from '../../support/opened.ts';
import { apart } from '../../support/said.ts';

/** Decisions between one fold and the next. */
const STEP = 60;

const sqlite = async (): Promise<RigOptions> => ({
  store: await opened(async () => openSqliteStore(await folder())),
});

/** Lets a process decide as it goes along, on what it has learned by then; programmes that are over have their decisions on record. */
async function lived(rig: EngineRig, world: Busy): Promise<Busy> {
  const live = EVERY_POLICY.filter(({ status }) => status === 'live').map(({ id }) => id);
  const decisions: Busy['decisions'] = [];
  const ids = new Map<string | undefined, string>();
  const happenings = (): Busy['happenings'] =>
    world.happenings.map(({ human, event }) => {
      const id = 'decisionId' in event ? ids.get(event.decisionId) : undefined;
      return { human, event: id === undefined ? event : { ...event, decisionId: id } };
    });
  for (let from = 0; from < world.decisions.length; from += STEP) {
    const some = world.decisions.slice(from, from + STEP);
    rig.clock.now = some[0]!.decision.at;
    const made = some.map(async (asked) => {
      const { programme, send, context } = asked.decision;
      if (live.includes(programme)) return rig.decide(asked.person, { programme, send, context });
      return (await rig.engine.settle(asked)) && asked.decision;
    });
    for (const [i, decision] of (await Promise.all(made)).entries()) {
      if (!decision) throw new Error('somebody else had decided');
      ids.set(some[i]!.decision.id, decision.id);
      decisions.push({ ...some[i]!, decision });
    }
    await rig.engine.ingest(eventsOf({ happenings: happenings() }).filter(({ at }) => at < rig.clock.now));
    await rig.folder.catchUp();
  }
  return { decisions, happenings: happenings() };
}

it(
  'what decisions teach that were made on what was learned depends on no order either, and on nobody who was erased',
  { timeout: 90_000 },
  async () => {
    const rig = await engineRig({ programmes: EVERY_POLICY, ...(await sqlite()) });
    const world = await lived(rig, busy(3, EVERY_POLICY, 12));
    const orders = someOrders(world, 3);
    await deliverAnyhow(rig, [...eventsOf(world), ...refundsOf(world, orders)], 3);
    await rig.engine.ingest(deletions());
    await rig.folder.catchUp();
    const rest = without(world, GONE, orders);
    const other = await decided(rest, await sqlite());
    await deliverAnyhow(other, eventsOf(rest), 4);
    expect(apart(sayings(rig, TIMES), sayings(other, TIMES))).toEqual([]);
  },
);
