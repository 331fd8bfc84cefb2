import { expect, test } from 'vitest';
import { sendTimeOf } from '../../../core/domain/decision.ts';
import type { Programme } from '../../../core/domain/programme.ts';
import type { HourEstimate } from '../../../core/measure/hours.ts';
import { hourEstimates } from '../../../core/measure/hours.ts';
import { engineRig } from '../../support/engine-rig.ts';
import { DAY, HOUR, LEFT, ORDER, programme, variant } from '../../support/programmes.ts';

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

test('a response to a message is what is told of its channel, or counts for the goal on any', async () => {
  const variants = [variant('a', { channel: 'push' }), variant('b', { channel: 'sms' })];
  const own = programme({ variants, timing: { horizonHours: 24 } });
  const rig = await engineRig({ programmes: [own] });
  const sent: string[] = [];
  for (let i = 0; i < 12; i++) {
    const userId = `u${i}`;
    const made = await rig.decide({ userId }, { send: 'only' });
    sent.push(variants.find(({ id }) => id === made.variant)!.channel);
    rig.clock.now += 2 * DAY;
    const of = { type: 'signal', source: 's', person: { userId }, decisionId: made.id, values: {} } as const;
    const at = sendTimeOf(made) + HOUR;
    await rig.engine.ingest([
      { ...of, id: `opened ${i}`, at, name: 'push_opened' },
      { ...of, id: `read ${i}`, at, name: 'email_opened' },
    ]);
  }
  await rig.folder.catchUp();
  expect(new Set(sent)).toEqual(new Set(['push', 'sms']));
  expect(hourEstimates(own, rig.catalogue.model('welcome').state, rig.clock.now)).toSatisfy(
    (hours: HourEstimate[]) =>
      hours.every(({ channel, responded, sent: all }) => responded === (channel === 'push' ? all : 0)),
  );
});
