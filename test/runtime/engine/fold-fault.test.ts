import { expect, test } from 'vitest';
import type { Store } from '../../../core/contracts/store.ts';
import { Folder } from '../../../runtime/engine/folder.ts';
import { openMemoryStore } from '../../../runtime/store/memory-store.ts';
import { engineRig } from '../../support/engine-rig.ts';

test('a fold that fails is told of and made up for; until then the last model decides', async () => {
  const memory = openMemoryStore();
  let broken = false;
  const store: Store = {
    ...memory,
    commitFold: (writes) => (broken ? Promise.reject(new Error('disk full')) : memory.commitFold(writes)),
  };
  const rig = await engineRig({ store });
  await rig.decide({ userId: 'a' });
  await rig.folder.catchUp();
  await rig.folder.stop();
  const faults: unknown[] = [];
  const folder = new Folder({
    ...{ store, catalogue: rig.catalogue, now: () => rig.clock.now, route: () => [] },
    stopwatch: () => 0,
    ...{ delivered: () => undefined, observe: () => undefined, failed: (error) => void faults.push(error) },
  });
  broken = true;
  await rig.decide({ userId: 'b' });
  folder.start();
  await expect.poll(() => faults.length).toBeGreaterThan(0);
  expect(rig.catalogue.model('welcome').version).toBe(1);
  expect(await rig.decide({ userId: 'c' })).toMatchObject({ modelVersion: 1, rung: 'full' });
  broken = false;
  await expect.poll(() => rig.catalogue.model('welcome').version, { timeout: 5_000 }).toBe(2);
  await folder.stop();
});
