import { describe, expect, it } from 'vitest';
import type { Store } from '../../../core/contracts/store.ts';
import {
  act1by1,
  BROKEN,
  erasure,
  expectWhole,
  known,
  OTHER,
  OWN,
  spoil,
  STORES,
} from '../../support/behind.ts';
import { engineRig } from '../../support/engine-rig.ts';
import { opened } from '../../support/opened.ts';
import { MINUTE } from '../../support/programmes.ts';

describe.each(STORES)('a programme whose fold failed, in %s', (_, open) => {
  it.each(BROKEN)('as it %s, leaves nothing behind of who is erased meanwhile', async (__, change) => {
    const store = await opened(open);
    const told: string[] = [];
    let readable = true;
    const watched: Store = {
      ...store,
      trials: (...of) => (readable ? store.trials(...of) : Promise.reject(new Error('a record is damaged'))),
    };
    const rig = await engineRig({
      ...{ store: watched, programmes: [OWN, OTHER] },
      refused: () => undefined,
      failed: (error) => void told.push((error as Error).message),
    });
    await act1by1(rig, ['a', 'b', 'c']);
    await spoil(store, OWN.id, change);
    rig.catalogue.learn(await store.models());
    await act1by1(rig, ['d', 'e']);
    expect([told.length, rig.catalogue.behind]).toEqual([1, 1]);

    // at once, from what is on record of the others
    await rig.engine.ingest([erasure('a'), erasure('d')]);
    await rig.folder.catchUp();
    expect([told.length, rig.catalogue.behind]).toEqual([1, 0]);
    await expectWhole(rig, 3);

    // the first that fails is the erasure itself
    await spoil(store, OWN.id, change);
    rig.catalogue.learn(await store.models());
    await rig.engine.ingest([erasure('b')]);
    await rig.folder.catchUp();
    expect([told.length, rig.catalogue.behind]).toEqual([2, 0]);
    await expectWhole(rig, 2);

    // where the record cannot be read what was learned is given up, and said to be
    await spoil(store, OWN.id, change);
    rig.catalogue.learn(await store.models());
    readable = false;
    await rig.engine.ingest([erasure('c')]);
    await rig.folder.catchUp();
    expect(told.slice(2)).toEqual([
      expect.stringContaining('a record is damaged'),
      expect.stringContaining('welcome could not be learned from'),
      expect.stringContaining('welcome begins anew'),
    ]);
    expect([known(rig, OWN.id), known(rig, OTHER.id).trials]).toEqual([{ trials: 0, orders: 0 }, 1]);
    expect(rig.catalogue.model(OWN.id).state.arms.treated.persons).toBe(1);
    readable = true;
    rig.clock.now += MINUTE;
    await rig.folder.catchUp();
    expect(rig.catalogue.behind).toBe(0);
    await expectWhole(rig, 1);
  });

  it('is credited again where that failed, whether or not the person does something else', async () => {
    const store = await opened(open);
    const told: string[] = [];
    let broken = true;
    const damaged: Store = {
      ...store,
      histories: async (...of) => {
        const histories = await store.histories(...of);
        return histories.map((history) => {
          return broken && history.aliases.includes('user:b')
            ? { ...history, signals: [null as never] }
            : history;
        });
      },
    };
    const rig = await engineRig({
      ...{ store: damaged, programmes: [OWN, OTHER] },
      failed: (error) => void told.push((error as Error).message),
    });
    await act1by1(rig, ['a', 'b', 'c']);
    await act1by1(rig, ['d']);
    for (const { id } of [OWN, OTHER]) expect(known(rig, id)).toEqual({ trials: 4, orders: 3 });
    expect(told.sort()).toEqual([
      expect.stringContaining('other could not be learned from'),
      expect.stringContaining('welcome could not be learned from'),
    ]);
    expect(rig.catalogue.behind).toBe(2);
    // later and later
    const tries: number[] = [];
    for (let minute = 1; minute < 5; minute++) {
      rig.clock.now += MINUTE;
      for (let i = 0; i < 3; i++) await rig.folder.step();
      tries.push(told.length);
    }
    expect(tries).toEqual([4, 4, 6, 6]);
    broken = false;
    rig.clock.now += 4 * MINUTE;
    for (let i = 0; i < 3; i++) await rig.folder.step();
    expect([rig.catalogue.behind, told.length]).toEqual([0, 6]);
    await expectWhole(rig, 4);
  });
});
