import { describe, expect, it } from 'vitest';
import type { Store } from '../../../core/contracts/store.ts';
import type { DomainEvent } from '../../../core/domain/event.ts';
import type { Programme } from '../../../core/domain/programme.ts';
import { valueOf } from '../../../core/maths/compensated-sum.ts';
import { openMemoryStore } from '../../../runtime/store/memory-store.ts';
import { openSqliteStore } from '../../../runtime/store/sqlite/sqlite-store.ts';
import type { EngineRig } from '../../support/engine-rig.ts';
import { engineRig } from '../../support/engine-rig.ts';
import { folder } from '../../support/folders.ts';
import { sumsApart, totalSums } from '../../support/model-states.ts';
import { opened } from '../../support/opened.ts';
import { postgresServer } from '../../support/postgres.ts';
import { CLICK, CONTEXT, LEFT, NOON, programme, REVENUE, variant } from '../../support/programmes.ts';
import { copiesOf } from '../../support/store-copies.ts';
import { sumsByHand } from '../../support/sums-by-hand.ts';
import { deliverMessily, eventsOf, makeDecisions, traffic } from '../../support/traffic.ts';

const server = await postgresServer();

const PROGRAMME = programme({
  ...CONTEXT,
  goal: { signals: [REVENUE, CLICK, LEFT] },
  silence: true,
  variants: [variant('a'), variant('b')],
  holdout: { kind: 'random', share: 0.3 },
  policy: { kind: 'linear-thompson', halfLifeDays: 20, recovering: true },
});
const ERASE: DomainEvent = { type: 'delete', source: 's', id: 'gone', at: NOON, person: { userId: 'u3' } };

const STORES: [string, () => Promise<Store>][] = [
  ['memory', () => Promise.resolve(openMemoryStore())],
  ['SQLite', async () => openSqliteStore(await folder())],
  ...(server ? [['PostgreSQL', () => server.store()] as [string, () => Promise<Store>]] : []),
];

/** Compares every block with the decisions on record of its hours. */
async function expectByHand({ store, catalogue }: EngineRig, own: Programme): Promise<void> {
  const { blocks } = catalogue.model(own.id).state.linear;
  let found = 0;
  for (const block of blocks) {
    const totals = Object.entries(block.options).map(([option, total]) => totalSums(total, option));
    const sums = Object.assign({}, ...totals) as Record<string, number>;
    const byHand = await sumsByHand(store, own, block);
    expect(sumsApart({ counts: {}, sums }, { counts: {}, sums: byHand.sums })).toBeLessThan(1e-12);
    found += byHand.decisions;
  }
  expect(found).toBeGreaterThan(10);
  expect(found).toBe((await sumsByHand(store, own, { from: 0, length: Infinity })).decisions);
}

/** Saves another version, as another copy or the marketer would. */
async function change({ store, catalogue }: EngineRig, own: Programme, version: number): Promise<void> {
  expect(await store.saveProgramme(own, version, NOON)).toBe(true);
  await catalogue.load(store);
}

describe.each(STORES)('what is learned of contexts, in %s', (_, open) => {
  it('is the sum over the decisions on record, whatever came late, twice, or of people who became one', async () => {
    const world = traffic(91, ['welcome'], 12);
    const rig = await engineRig({ store: await opened(open), programmes: [PROGRAMME] });
    const decisions = await makeDecisions(rig, world.asks);
    await deliverMessily(rig, [...eventsOf(world, decisions), ERASE], 91);
    await expectByHand(rig, PROGRAMME);
  });

  it('follows another declaration: made anew from what was recorded before, nothing of it lost', async () => {
    const world = traffic(92, ['welcome'], 12);
    const plain = { ...PROGRAMME, context: undefined, crosses: undefined };
    const versions: Programme[] = [
      { ...plain, policy: { kind: 'weighted-thompson' } },
      { ...plain, policy: { kind: 'linear-thompson' }, context: { plan: CONTEXT.context!.plan! } },
      PROGRAMME,
    ];
    const rig = await engineRig({ store: await opened(open), programmes: [versions[0]!] });
    const decisions = await makeDecisions(rig, world.asks);
    const events = [...eventsOf(world, decisions), ERASE];
    for (const [i, own] of versions.entries()) {
      if (i > 0) await change(rig, own, i);
      await deliverMessily(rig, events.slice((i * events.length) / 3, ((i + 1) * events.length) / 3), 92 + i);
      await expectByHand(rig, own);
    }
    const last: Programme = { ...PROGRAMME, policy: { kind: 'top-two' } };
    await change(rig, last, versions.length);
    await rig.decide({ userId: 'new' }, { send: 'new' });
    await rig.folder.catchUp();
    await expectByHand(rig, last);
  });

  it('follows another goal: rewards and what was learned are what they would be had it always been that', async () => {
    const [first, last]: Programme['goal'][] = [
      { signals: [{ ...REVENUE, cap: 20, windowHours: 24 }, CLICK] },
      { signals: [REVENUE, LEFT] },
    ];
    const learned = async (...goals: Programme['goal'][]) => {
      const world = traffic(93, ['welcome'], 12);
      const own = (goal: Programme['goal']): Programme => ({
        ...PROGRAMME,
        ...{ goal, policy: { kind: 'fixed-split' }, holdout: { kind: 'no-contact', share: 0.3 } },
      });
      const rig = await engineRig({ store: await opened(open), programmes: [own(goals[0]!)] });
      const events = eventsOf(world, await makeDecisions(rig, world.asks));
      await deliverMessily(rig, events, 93);
      for (const [i, goal] of goals.slice(1).entries()) await change(rig, own(goal), 1 + i);
      for (let i = 0; i < 3; i++) await rig.folder.step();
      expect(rig.catalogue.behind).toBe(0);
      const { linear, arms } = rig.catalogue.model('welcome').state;
      const rewards = [arms.treated, arms.holdout].map(({ persons, sum, sumOfSquares }) =>
        [persons, valueOf(sum), valueOf(sumOfSquares)].map((own) => Number(own.toFixed(9))),
      );
      return { rewards, blocks: linear.blocks };
    };
    const always = await learned(last!);
    expect(await learned(first!, last!)).toEqual(always);
    expect(always).not.toEqual(await learned(first!));
  });
});

describe.skipIf(server === undefined)('copies that share what is learned of contexts', () => {
  it('decide alike, and go on from each other when the one who folds leaves, whoever knew of a change first', async () => {
    const [one, other] = await copiesOf(await server!.database(), 2);
    const world = traffic(93, ['welcome'], 12);
    const first = await engineRig({ store: one!, programmes: [PROGRAMME] });
    const decisions = await makeDecisions(first, world.asks);
    const events = eventsOf(world, decisions);
    await deliverMessily(first, events.slice(0, 20), 93);

    const second = await engineRig({ store: other!, programmes: [], minted: 1_000 });
    second.clock.now = first.clock.now;
    const ask = { programme: 'welcome', preview: true, context: { plan: 'pro', days: 30 } };
    const [mine, theirs] = [
      await first.decide({ userId: 'x' }, ask),
      await second.decide({ userId: 'x' }, ask),
    ];
    expect(mine.modelVersion).toBeGreaterThan(0);
    expect(theirs.eligible).toEqual(mine.eligible);
    expect(theirs.policy).toMatch(/^linear-thompson/);

    // the other copy declares less; the one who folds does not know yet, and leaves
    const less: Programme = { ...PROGRAMME, crosses: undefined };
    await change(second, less, 1);
    await second.engine.ingest(events.slice(20, 25));
    await first.folder.catchUp();
    await first.folder.stop();
    await second.engine.ingest(events.slice(25));
    await second.folder.catchUp();
    await expectByHand(second, less);
    expect((await second.decide({ userId: 'x' }, ask)).policy).toMatch(/^linear-thompson/);
  });
});
