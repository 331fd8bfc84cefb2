import { describe, expect, it, onTestFinished } from 'vitest';
import type { Store } from '../../../core/contracts/store.ts';
import { openMemoryStore } from '../../../runtime/store/memory-store.ts';
import { openSqliteStore } from '../../../runtime/store/sqlite/sqlite-store.ts';
import { act1by1, BROKEN, expectWhole, known, OTHER, OWN, spoil, STORES } from '../../support/behind.ts';
import { engineRig } from '../../support/engine-rig.ts';
import { folder } from '../../support/folders.ts';
import { opened } from '../../support/opened.ts';
import { MINUTE, NOON, ORDER, programme } from '../../support/programmes.ts';
import { run } from '../../support/running.ts';

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
    await act1by1(rig, ['f']);
    expect([told.length, rig.catalogue.behind]).toEqual([1, 1]);

    // nothing is missing once it is made anew, which waits for nobody
    rig.clock.now += MINUTE;
    await rig.folder.catchUp();
    expect([told.length, rig.catalogue.behind, rig.catalogue.refused]).toEqual([1, 0, 0]);
    await expectWhole(rig, 6);
  });
});

it('what cannot be made anew either is told again, later and later, and at once when another version is saved', async () => {
  const memory = openMemoryStore();
  let asked = 0;
  let broken = true;
  const store: Store = {
    ...memory,
    trials: (...of) => {
      if (of[1] === 0) asked++;
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
