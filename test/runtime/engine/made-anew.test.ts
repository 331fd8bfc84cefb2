import { describe, expect, it } from 'vitest';
import type { Store } from '../../../core/contracts/store.ts';
import type { Programme } from '../../../core/domain/programme.ts';
import {
  act,
  act1by1,
  BROKEN,
  erasure,
  expectWhole,
  known,
  order,
  OTHER,
  OWN,
  spoil,
  STORES,
} from '../../support/behind.ts';
import type { EngineRig } from '../../support/engine-rig.ts';
import { engineRig } from '../../support/engine-rig.ts';
import { opened } from '../../support/opened.ts';
import { CONTEXT, MINUTE } from '../../support/programmes.ts';

const PEOPLE = 350;

/** A rig in which whatever is read to make a model anew takes its time, with people who did what they do. */
async function lived(open: () => Promise<Store>): Promise<EngineRig & { told: string[] }> {
  const store = await opened(open);
  const told: string[] = [];
  const slow: Store = {
    ...store,
    trials: (...of) => {
      rig.clock.stopwatch += 1_000;
      return store.trials(...of);
    },
  };
  const failed = (error: unknown): void => void told.push((error as Error).message);
  const rig = await engineRig({ store: slow, programmes: [OWN, OTHER], refused: () => undefined, failed });
  // who orders while the model is made anew, and who is erased then
  for (const user of ['late', 'gone'])
    for (const { id } of [OWN, OTHER]) await rig.decide({ userId: user }, { programme: id });
  await Promise.all(Array.from({ length: PEOPLE }, (_, i) => act(rig, `u${i}`)));
  await rig.folder.catchUp();
  return { ...rig, told };
}

/** Another context, in which nothing that was learned before can be added up. */
const declared = async ({ store, catalogue }: EngineRig): Promise<Programme> => {
  await store.saveProgramme({ ...OWN, ...CONTEXT, policy: { kind: 'linear-thompson' } }, 1, 0);
  await catalogue.load(store);
  return catalogue.programme(OWN.id)!;
};

const fallen = async (rig: EngineRig): Promise<Programme> => {
  await spoil(rig.store, OWN.id, BROKEN[0]![1]);
  await rig.catalogue.load(rig.store);
  await act1by1(rig, ['falls']);
  rig.clock.now += MINUTE;
  return OWN;
};

describe.each(STORES)('a model that is made anew from a long record, in %s', (_, open) => {
  it.each([
    ['is behind', fallen, 1],
    ['is of another context', declared, 0],
  ])(
    'as it %s, keeps nobody else from learning, and ends as if it had been read at once',
    async (__, fall, more) => {
      const rig = await lived(open);
      const own = await fall(rig);
      await rig.folder.step();
      const left = rig.folder.toMakeAnew;
      expect(left).toBeGreaterThan(0);
      // somebody whose decision was read orders, and somebody decides anew
      await rig.engine.ingest([order('late')]);
      await act(rig, 'new');
      const { orders } = known(rig, OTHER.id);
      await rig.folder.step();
      expect(rig.folder.toMakeAnew).toBeGreaterThan(0);
      expect(rig.folder.toMakeAnew).toBeLessThan(left);
      expect(known(rig, OTHER.id).orders).toBe(orders + 2);

      await rig.folder.catchUp();
      expect([rig.folder.toMakeAnew, rig.catalogue.behind, rig.told.length]).toEqual([0, 0, more]);
      await rig.engine.ingest([erasure('gone')]);
      await rig.folder.catchUp();
      await expectWhole(rig, PEOPLE + 2 + more, own);
    },
  );

  it.each([
    ['is behind', fallen, 1],
    ['is of another context', declared, 0],
  ])('as it %s, is without whoever is erased meanwhile', async (__, fall, more) => {
    const rig = await lived(open);
    const own = await fall(rig);
    await rig.folder.step();
    expect(rig.folder.toMakeAnew).toBeGreaterThan(0);
    await rig.engine.ingest([order('late'), erasure('gone'), erasure('u1')]);
    await rig.folder.step();
    expect(rig.catalogue.behind).toBe(0);
    expect(rig.told).toHaveLength(more);
    await rig.folder.catchUp();
    await expectWhole(rig, PEOPLE + more, own);
  });
});
