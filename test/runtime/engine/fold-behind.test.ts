import { describe, expect, it, onTestFinished } from 'vitest';
import type { Store } from '../../../core/contracts/store.ts';
import type { DomainEvent } from '../../../core/domain/event.ts';
import type { ModelState } from '../../../core/learn/model.ts';
import { optionTotals } from '../../../core/learn/model.ts';
import { openMemoryStore } from '../../../runtime/store/memory-store.ts';
import { openSqliteStore } from '../../../runtime/store/sqlite/sqlite-store.ts';
import type { EngineRig } from '../../support/engine-rig.ts';
import { engineRig } from '../../support/engine-rig.ts';
import { folder } from '../../support/folders.ts';
import { learned, sumsApart } from '../../support/model-states.ts';
import { opened } from '../../support/opened.ts';
import { MINUTE, NOON, ORDER, programme } from '../../support/programmes.ts';
import { run } from '../../support/running.ts';
import { sumsByHand } from '../../support/sums-by-hand.ts';

const OWN = programme();
const OTHER = programme({ id: 'other' });

const order = (user: string): DomainEvent => ({
  ...{ type: 'signal', source: 's', id: `order of ${user}`, at: NOON + MINUTE, person: { userId: user } },
  ...{ name: ORDER.signal, values: {} },
});
const erasure = (user: string): DomainEvent => ({
  ...{ type: 'delete', source: 's', id: `erasure of ${user}`, at: NOON, person: { userId: user } },
});

type Total = ModelState['linear']['blocks'][number]['options'][string];

/** Writes the model of a programme as a fold would, every total of it changed. */
async function spoil(store: Store, id: string, change: (total: Total) => Partial<Total>): Promise<void> {
  const { state } = (await store.models()).find(({ programme: own }) => own === id)!;
  const spoilt = JSON.parse(state) as ModelState;
  for (const { options } of spoilt.linear.blocks)
    for (const [option, total] of Object.entries(options)) options[option] = { ...total, ...change(total) };
  const position = await store.position();
  const snapshots = [{ programme: id, position, state: JSON.stringify(spoilt) }];
  const nothing = {
    credits: [],
    removedCredits: [],
    rewards: [],
    removedRewards: [],
    outcomes: [],
    forgotten: [],
  };
  await store.commitFold({ expected: position, position, snapshots, ...nothing });
}

/** Decides for somebody in both programmes, and what they order follows the last of these. */
async function act(rig: EngineRig, user: string): Promise<void> {
  for (const { id } of [OWN, OTHER]) {
    const { rung, eligible } = await rig.decide({ userId: user }, { programme: id });
    expect(rung).toBe('full');
    expect(eligible.reduce((sum, { propensity }) => sum + propensity, 0)).toBeCloseTo(1, 9);
  }
  await rig.engine.ingest([order(user)]);
}

async function act1by1(rig: EngineRig, users: readonly string[]): Promise<void> {
  for (const user of users) await act(rig, user);
  await rig.folder.catchUp();
}

/** Trials and orders that the newest model of a programme is made of. */
function known({ catalogue }: EngineRig, id: string): { trials: number; orders: number } {
  const totals = Object.values(optionTotals(catalogue.states().get(id)!));
  return {
    trials: totals.reduce((sum, { trials }) => sum + trials, 0),
    orders: totals.reduce((sum, { signals }) => sum + (signals[ORDER.signal]?.count ?? 0), 0),
  };
}

const BROKEN: [string, (total: Total) => Partial<Total>, RegExp][] = [
  [
    'throws',
    () => ({ squares: null as unknown as Total['squares'] }),
    /welcome could not be learned from.*null/,
  ],
  [
    'makes a number that is none',
    () => ({ hours: undefined }),
    /welcome could not be learned from.*hours NaN/,
  ],
];

const STORES: [string, () => Promise<Store>][] = [
  ['memory', () => Promise.resolve(openMemoryStore())],
  ['SQLite', async () => openSqliteStore(await folder())],
];

describe.each(STORES)('a programme whose fold fails, in %s', (_, open) => {
  it.each(BROKEN)('as it %s, stays what it was and leaves the others alone', async (__, change, why) => {
    const store = await opened(open);
    const told: string[] = [];
    const rig = await engineRig({
      ...{ store, programmes: [OWN, OTHER] },
      refused: () => undefined,
      failed: (error) => void told.push((error as Error).message),
    });
    await act1by1(rig, ['a', 'b', 'c']);
    await spoil(store, OWN.id, change);
    rig.catalogue.learn(await store.models());
    expect([rig.catalogue.behind, told]).toEqual([0, []]);

    await act1by1(rig, ['d', 'e']);
    expect(told).toEqual([expect.stringMatching(why)]);
    expect(rig.catalogue.behind).toBe(1);
    expect(known(rig, OTHER.id)).toEqual({ trials: 5, orders: 5 });
    expect(known(rig, OWN.id)).toEqual({ trials: 3, orders: 3 });
    await rig.engine.ingest([erasure('a'), erasure('d')]);
    await act1by1(rig, ['f']);
    expect([told.length, rig.catalogue.behind]).toEqual([1, 1]);

    // nothing is missing once it is made anew, and nothing is left of whoever was erased meanwhile
    rig.clock.now += MINUTE;
    await act1by1(rig, ['g']);
    expect([told.length, rig.catalogue.behind, rig.catalogue.refused]).toEqual([1, 0, 0]);
    for (const own of [OWN, OTHER]) {
      expect(known(rig, own.id)).toEqual({ trials: 5, orders: 5 });
      const state = rig.catalogue.model(own.id).state;
      expect(state.arms.treated).toMatchObject({ persons: 5, sum: { sum: 5 } });
      // so much later that nothing is awaited any more
      const { sums } = await sumsByHand(store, own, { from: 0, length: Infinity });
      const { sums: found } = learned(state, own);
      const kept = Object.fromEntries(Object.entries(found).filter(([name]) => name in sums));
      expect(Object.keys(kept).length).toBeGreaterThan(2);
      expect(sumsApart({ counts: {}, sums: kept }, { counts: {}, sums })).toBe(0);
    }
  });
});

it('what cannot be made anew either is told again, later and later, and at once when another version is saved', async () => {
  const memory = openMemoryStore();
  let asked = 0;
  let broken = true;
  const store: Store = {
    ...memory,
    trials: (...of) => {
      asked++;
      // as a record that was damaged
      return broken ? Promise.resolve([null as never]) : memory.trials(...of);
    },
  };
  const told: string[] = [];
  const rig = await engineRig({
    ...{ store, programmes: [OWN, OTHER] },
    refused: () => undefined,
    failed: (error) => void told.push((error as Error).message),
  });
  await act1by1(rig, ['a']);
  await spoil(store, OWN.id, () => ({ hours: undefined }));
  rig.catalogue.learn(await store.models());
  const tries: number[] = [];
  for (let minute = 0; minute < 8; minute++) {
    await act1by1(rig, [`in minute ${minute}`]);
    tries.push(asked);
    rig.clock.now += MINUTE;
  }
  expect(tries).toEqual([0, 1, 1, 2, 2, 2, 2, 3]);
  expect(told).toHaveLength(4);
  expect(known(rig, OTHER.id).trials).toBe(9);
  broken = false;
  await rig.store.saveProgramme(OWN, 1, NOON);
  await rig.catalogue.load(rig.store);
  await act1by1(rig, ['last']);
  expect([rig.catalogue.behind, known(rig, OWN.id).trials]).toEqual([0, 10]);
});

it('rewards that are beyond all numbers together are not added up, and leave the other programme alone', async () => {
  const told: string[] = [];
  const huge = programme({ goal: { signals: [{ ...ORDER, weight: 1e154 }] } });
  const rig = await engineRig({
    programmes: [huge, OTHER],
    refused: () => undefined,
    failed: (error) => void told.push((error as Error).message),
  });
  await act1by1(rig, ['a', 'b']);
  expect(told).toEqual([expect.stringMatching(/welcome could not be learned from.*1e\+154/)]);
  expect(known(rig, OTHER.id)).toEqual({ trials: 2, orders: 2 });
  expect(rig.catalogue.states().get('welcome')!.arms.treated).toMatchObject({
    persons: 2,
    sum: { sum: 1e154 },
  });
  expect(rig.catalogue.behind).toBe(1);
});

it('is told by metric and log of a server, which goes on deciding', async () => {
  const path = await folder();
  const store = await openSqliteStore(path);
  const rig = await engineRig({ store, programmes: [OWN, OTHER] });
  await rig.decide({ userId: 'a' });
  await rig.folder.catchUp();
  await rig.folder.stop();
  await spoil(store, OWN.id, BROKEN[0]![1]);
  const running = await run({}, store);
  onTestFinished(() => running.stop());
  const event = {
    ...{ id: 'o', type: 'signal', name: ORDER.signal },
    time: new Date(NOON + MINUTE).toISOString(),
  };
  const body = JSON.stringify({ events: [{ ...event, person: { userId: 'a' } }] });
  const told = await running.call('ingest', '/v1/events', { method: 'POST', body });
  expect(await told.json()).toMatchObject({ accepted: 1 });
  const decided = await running.call('decide', '/v1/decide?programme=welcome&user=x');
  expect(await decided.json()).toMatchObject({ rung: 'full' });
  const behind = async (): Promise<string> =>
    /^pickwell_model_behind_programmes (\S+)$/m.exec(
      await (await fetch(`${running.base}/metrics`)).text(),
    )![1]!;
  await expect.poll(behind, { timeout: 10_000 }).toBe('1');
  expect(running.log.some((line) => line.includes('welcome could not be learned from'))).toBe(true);
});
