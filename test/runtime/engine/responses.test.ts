import { expect, test } from 'vitest';
import { sendTimeOf } from '../../../core/domain/decision.ts';
import type { Programme } from '../../../core/domain/programme.ts';
import { engineRig } from '../../support/engine-rig.ts';
import { DAY, HOUR, LEFT, ORDER, programme } from '../../support/programmes.ts';

test('a response is what the goal as it is now counts in favour: nothing that is against a message, or weighs nothing', async () => {
  const goal = (weight: number): Programme['goal'] => ({
    signals: [ORDER, { ...LEFT, weight }],
    limits: [{ signal: LEFT.signal, atMost: 0.9 }],
  });
  const rig = await engineRig({ programmes: [programme({ timing: { horizonHours: 24 }, goal: goal(0.1) })] });
  const left = async (userId: string, send: string): Promise<void> => {
    const made = await rig.decide({ userId }, { send });
    rig.clock.now += 2 * DAY;
    const of = { person: { userId }, decisionId: made.id, at: sendTimeOf(made) + HOUR };
    await rig.engine.ingest([
      { ...of, type: 'signal', source: 's', id: `left ${made.id}`, name: LEFT.signal, values: {} },
    ]);
    await rig.folder.catchUp();
  };
  const responses = (): number => {
    const told = JSON.stringify(rig.catalogue.model('welcome').state.hours);
    return [...told.matchAll(/\[\d+,(\d+)/g)].reduce((sum, [, count]) => sum + Number(count), 0);
  };
  await left('u', 'first');
  expect(responses()).toBe(1);
  for (const weight of [0, -1, 0]) {
    const now = rig.catalogue.programme('welcome')!;
    await rig.store.saveProgramme({ ...now, goal: goal(weight) }, now.version, rig.clock.now);
    await rig.catalogue.load(rig.store);
    await left('v', `with ${now.version}`);
    expect(responses()).toBe(0);
  }
  await rig.engine.erase(['user:u'], rig.clock.now);
  await rig.folder.catchUp();
  expect(responses()).toBe(0);
});
