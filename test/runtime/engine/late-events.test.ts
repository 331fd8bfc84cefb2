import { expect, it } from 'vitest';
import type { SignalEvent } from '../../../core/domain/event.ts';
import type { Outcome } from '../../../core/domain/outcome.ts';
import { optionTotals } from '../../../core/learn/model.ts';
import { openSqliteStore } from '../../../runtime/store/sqlite/sqlite-store.ts';
import { engineRig } from '../../support/engine-rig.ts';
import { folder } from '../../support/folders.ts';
import { opened } from '../../support/opened.ts';
import { outage } from '../../support/outage.ts';
import { DAY, HOUR, NOON, ORDER, programme, variant } from '../../support/programmes.ts';
import { shuffled } from '../../support/traffic.ts';

const ordered = (user: string, id: string, more: Partial<SignalEvent> = {}): SignalEvent => ({
  ...{ type: 'signal', source: 'segment', id, at: NOON + HOUR, person: { userId: user } },
  ...{ name: ORDER.signal, values: { revenue: 10 } },
  ...more,
});

const sqlite = () => opened(async () => openSqliteStore(await folder()));

it('an outcome that is told before its decision is on record counts once the decision is', async () => {
  const rig = await outage({ store: await sqlite() });
  rig.away(true);
  const { id } = await rig.decide({ userId: 'u' }, { send: 's' });
  rig.away(false);
  rig.clock.now = NOON + 2 * HOUR;
  await rig.engine.ingest([ordered('u', 'named', { decisionId: id }), ordered('u', 'unnamed')]);
  await rig.folder.catchUp();
  expect(optionTotals(rig.catalogue.model('welcome').state)).toEqual({});
  await rig.drainer.step();
  await rig.folder.catchUp();
  const { credits } = (await rig.store.decision(id))!;
  expect(credits).toMatchObject([{ signal: ORDER.signal, worth: 1 }]);
});

it('an outcome of 30 days ago counts for what was decided then, though that option and policy are gone', async () => {
  const rig = await engineRig({ store: await sqlite() });
  const { id, option } = await rig.decide({ userId: 'u' }, { send: 's' });
  const newer = programme({ variants: [variant('z')], policy: { kind: 'top-two' } });
  await rig.store.saveProgramme(newer, 1, NOON + DAY);
  await rig.catalogue.load(rig.store);
  rig.clock.now = NOON + 30 * DAY;
  await rig.engine.ingest([ordered('u', 'late')]);
  // of a decision nobody made nothing is learned
  await rig.engine.ingest([ordered('v', 'unknown', { decisionId: 'dec_nobody_made_this' })]);
  await rig.folder.catchUp();
  const totals = optionTotals(rig.catalogue.model('welcome').state);
  expect(Object.keys(totals)).toEqual([option]);
  expect(totals[option]).toMatchObject({ trials: 1, signals: { [ORDER.signal]: { count: 1 } } });
  expect((await rig.store.decision(id))!.decision.programmeVersion).toBe(1);
});

it('an order that is refunded two months later is as if it had never been, for the model, the lift and whoever was told', async () => {
  const told: Outcome[] = [];
  const route = (outcome: Outcome): string[] =>
    outcome.kind === 'reward' ? (told.push(outcome), ['braze']) : [];
  const never = await engineRig({ store: await sqlite() });
  const rig = await engineRig({ store: await sqlite(), route });
  for (const one of [rig, never]) {
    const { clock, engine, folder } = one;
    const [bought, refunded] = [{ orderId: 'order 7' }, { orderId: 'order 7', name: 'Order Refunded' }];
    clock.now = NOON;
    await one.decide({ userId: 'u' }, { send: 's' });
    clock.now = NOON + DAY;
    if (one === rig) await engine.ingest([ordered('u', 'o', bought)]);
    await folder.catchUp();
    await one.decide({ userId: 'u' }, { send: 'later' });
    clock.now = NOON + 60 * DAY;
    // who never bought anything has nothing to be taken back
    await engine.ingest([ordered('u', 'r', { ...refunded, at: clock.now }), ordered('v', 'v', refunded)]);
    await folder.catchUp();
  }
  const [state, other] = [rig, never].map(({ catalogue }) => catalogue.model('welcome').state);
  expect(state).toEqual(other);
  expect(told.map(({ properties }) => [properties.worth, properties.reward])).toEqual([
    [1, 1],
    [0, -1],
  ]);
});

it('an order two platforms report is one reward, and of one id with two bodies the first stands', async () => {
  const rig = await engineRig({ store: await sqlite() });
  const { id } = await rig.decide({ userId: 'u' }, { send: 's' });
  rig.clock.now = NOON + DAY;
  const own = { orderId: 'order 7' };
  expect(await rig.engine.ingest([ordered('u', 'x', own)])).toEqual([true]);
  expect(await rig.engine.ingest([ordered('u', 'y', { ...own, source: 'braze' })])).toEqual([true]);
  expect(await rig.engine.ingest([ordered('u', 'x', { ...own, values: { revenue: 9_999 } })])).toEqual([
    false,
  ]);
  await rig.folder.catchUp();
  const { credits, signals } = (await rig.store.decision(id))!;
  expect(credits).toMatchObject([{ worth: 1 }]);
  expect(signals.map(({ values }) => values.revenue)).toEqual([10, 10]);
});

it('all of yesterday sent again, in any order, changes no byte of what was learned', async () => {
  const rig = await engineRig({ store: await sqlite() });
  const users = Array.from({ length: 300 }, (_, i) => `u${i}`);
  await Promise.all(users.map((user) => rig.decide({ userId: user }, { send: 's' })));
  rig.clock.now = NOON + DAY;
  const events = Array.from({ length: 6_000 }, (_, i) => ordered(users[i % 300]!, `e${i}`));
  expect((await rig.engine.ingest(events)).every((fresh) => fresh)).toBe(true);
  await rig.folder.catchUp();
  const before = JSON.stringify(rig.catalogue.model('welcome').state);
  expect(Object.values(optionTotals(JSON.parse(before) as never)).length).toBeGreaterThan(0);
  rig.clock.now = NOON + 2 * DAY;
  const again = await rig.engine.ingest(shuffled(events, 5));
  expect(again.some((fresh) => fresh)).toBe(false);
  await rig.folder.catchUp();
  expect(JSON.stringify(rig.catalogue.model('welcome').state)).toBe(before);
});
