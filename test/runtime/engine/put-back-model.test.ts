import { describe, expect, it } from 'vitest';
import { engineRig } from '../../support/engine-rig.ts';
import { learn, OTHER, OWN, PLACES, the, trialsOf } from '../../support/written-over.ts';

describe.each(PLACES)('a model that was put back by hand, in %s', (_, open) => {
  it.each([
    ['an older one', 1],
    ['none at all', 0],
  ])('to %s, is told of and made anew from the record, under a number that nothing had', async (__, to) => {
    const { store, write } = await open();
    const told: string[] = [];
    const refused = (error: Error): void => void told.push(error.message);
    const rig = await engineRig({ store, programmes: [OWN, OTHER], refused });
    await learn(rig, 'first');
    const former = await the(store);
    await learn(rig, 'second');
    const before = trialsOf(rig.catalogue.model(OWN.id).state);
    await write({ ...former, version: to });

    // whoever has the newest in memory goes on deciding on it
    await rig.decide({ userId: 'u' }, { programme: OTHER.id });
    await rig.catalogue.load(store);
    expect(told).toEqual([expect.stringMatching(/model \d of welcome was put back.*2/)]);
    expect(await rig.decide({ userId: 'v' })).toMatchObject({ modelVersion: 2, rung: 'full' });
    await rig.folder.catchUp();
    expect([rig.catalogue.refused, rig.catalogue.behind, told.length]).toEqual([0, 0, 1]);
    expect(rig.catalogue.states().get(OTHER.id)!.arms.treated.persons).toBe(1);
    expect(await the(store)).toMatchObject({ version: 3 });
    expect(trialsOf(rig.catalogue.model(OWN.id).state)).toBe(before + 1);

    await rig.folder.stop();
    // who starts on it does not decide on what was put back
    await write(former);
    const started = await engineRig({ store, programmes: [], refused, minted: 100 });
    expect(told).toHaveLength(2);
    const asked = { programme: OWN.id, person: { userId: 'w' }, context: {} };
    expect(await started.engine.decide(asked)).toMatchObject({ modelVersion: 0 });
    await started.folder.catchUp();
    expect(await the(store)).toMatchObject({ version: 4 });
    expect(trialsOf(started.catalogue.model(OWN.id).state)).toBe(before + 2);
  });
});
