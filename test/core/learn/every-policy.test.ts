import { describe, expect, it } from 'vitest';
import type { DomainEvent } from '../../../core/domain/event.ts';
import { openSqliteStore } from '../../../runtime/store/sqlite/sqlite-store.ts';
import type { Busy } from '../../support/busy-traffic.ts';
import { busy, deliverAnyhow, OVER, refundsOf, someOrders, without } from '../../support/busy-traffic.ts';
import type { EngineRig, RigOptions } from '../../support/engine-rig.ts';
import { engineRig } from '../../support/engine-rig.ts';
import { EVERY_POLICY } from '../../support/every-policy.ts';
import { folder } from '../../support/folders.ts';
import { opened } from '../../support/opened.ts';
import { DAY } from '../../support/programmes.ts';
import { apart, said } from '../../support/said.ts';
import { idsOf } from '../../support/traffic.ts';

const GONE = 0;
const TIMES = [OVER, OVER + 40 * DAY];
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
/** Decisions between one fold and the next. */
const STEP = 60;

const eventsOf = ({ happenings }: Pick<Busy, 'happenings'>): DomainEvent[] =>
  happenings.map(({ event }) => event);

const deletions = (): DomainEvent[] =>
  idsOf(GONE).map((person, i) => {
    return { type: 'delete', source: 'segment', id: `delete ${i}`, at: OVER, person };
  });

const sqlite = async (): Promise<RigOptions> => ({
  store: await opened(async () => openSqliteStore(await folder())),
});

/** Decisions as they stand in the ledger before anything came of them. */
async function decided({ decisions }: Pick<Busy, 'decisions'>, options: RigOptions = {}): Promise<EngineRig> {
  const rig = await engineRig({ programmes: EVERY_POLICY, ...options });
  rig.clock.now = OVER + 90 * DAY;
  await Promise.all(decisions.map((spooled) => rig.engine.settle(spooled)));
  await rig.folder.catchUp();
  return rig;
}

/** What came of them in order, folded once. */
async function inOrder(world: Busy): Promise<EngineRig> {
  const rig = await decided(world);
  await rig.engine.ingest(eventsOf(world).sort((a, b) => a.at - b.at));
  await rig.folder.catchUp();
  return rig;
}

/** What the models of all programmes say at some times. */
const sayings = (rig: EngineRig, times: readonly number[]): ReturnType<typeof said> =>
  new Map(
    EVERY_POLICY.flatMap((own) =>
      times.flatMap((at) =>
        [...said(own, rig.catalogue.model(own.id).state, at)].map(([what, is]) => {
          return [`${own.id} ${what} after ${(at - OVER) / DAY} d`, is] as const;
        }),
      ),
    ),
  );

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

  it(
    'of decisions that were made on what was learned, in SQLite, depend on as little',
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
});
