import { describe, expect, it } from 'vitest';
import { again, isComplete } from '../../../core/decide/again.ts';
import type { SignalEvent } from '../../../core/domain/event.ts';
import type { FeatureDeclaration } from '../../../core/domain/feature.ts';
import { RESPONSES } from '../../../core/domain/feature.ts';
import type { Outcome } from '../../../core/domain/outcome.ts';
import { optionTotals } from '../../../core/learn/model.ts';
import { liveOf } from '../../../runtime/engine/live.ts';
import { openSqliteStore } from '../../../runtime/store/sqlite/sqlite-store.ts';
import type { EngineRig } from '../../support/engine-rig.ts';
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

describe('an order that is taken back', () => {
  const context: Record<string, FeatureDeclaration> = {
    last: { type: 'category', values: [...RESPONSES], from: 'lastResponse' },
    ready: { type: 'number', min: 0, max: 40, from: 'readiness' },
  };
  const frequency = { perDays: 30, least: 1, most: 9 };
  const none = (name: string): string => `history.count("${name}", "30d") == 0`;
  const OWN = programme({ context, frequency, policy: { kind: 'linear-thompson' } });
  const RULED = programme({
    id: 'ruled',
    variants: [
      variant('order', { eligible: none(ORDER.signal) }),
      variant('refund', { eligible: none('Order Refunded') }),
      variant('ticket', { eligible: none('Ticket Opened') }),
    ],
  });
  const capped = { caps: [{ per: 'person', signal: ORDER.signal, count: 1, hours: 240 }] } as const;
  const CAPPED = programme({ id: 'capped', guardrails: { caps: [...capped.caps] } });
  const rest = { restAfterSignal: [{ signal: ORDER.signal, hours: 240 }] };
  const RESTED = programme({ id: 'rested', guardrails: rest });

  const at = NOON + 2 * HOUR;
  const order = ordered('u', 'order', { orderId: 'o' });
  const twice = ordered('u', 'other', { orderId: 'o', source: 'braze', values: { revenue: 12 } });
  const refund = ordered('u', 'refund', { orderId: 'o', name: 'Order Refunded', at });
  const part = { ...refund, id: 'part', values: { revenue: 4 } };
  const ticket = ordered('u', 'ticket', { orderId: 'o', name: 'Ticket Opened', values: {}, at });

  /** What is known of somebody after one message and some events, each told in a batch of its own. */
  async function known(events: SignalEvent[], ask?: (rig: EngineRig) => Promise<unknown>): Promise<unknown> {
    const programmes = [OWN, RULED, CAPPED, RESTED];
    const rig = await engineRig({ store: await sqlite(), programmes });
    await rig.decide({ userId: 'u' }, { send: 's' });
    rig.clock.now = NOON + 3 * DAY;
    for (const event of events) await rig.engine.ingest([event]);
    const asked = (id: string) => rig.decide({ userId: 'u' }, { programme: id, preview: true });
    const { context: own, frequency: held } = await asked('welcome');
    const dropped: string[] = [];
    for (const { id } of [RULED, CAPPED, RESTED])
      dropped.push(...(await asked(id)).dropped.map(({ rule, option }) => `${id} ${rule} ${option}`));
    return { own, held, dropped, more: await ask?.(rig) };
  }

  it('is no goal reached, and counts for no rule, cap, rest or target, in whatever order and how often it is told', async () => {
    const nothing = await known([]);
    const bought = (await known([order])) as { own: object; dropped: string[] };
    expect(nothing).toMatchObject({ own: { last: 'ignored' }, held: { answered: 0 }, dropped: [] });
    expect(bought).toMatchObject({ own: { last: 'goal' }, held: { target: 9 } });
    const all = ['a', 'b', 'c'];
    expect(bought.dropped).toEqual([
      'ruled eligibility order',
      ...all.map((option) => `capped caps ${option}`),
      ...all.map((option) => `rested suppression ${option}`),
    ]);
    // all that stays is that there was a refund
    const gone = { ...(nothing as object), dropped: ['ruled eligibility refund'] };
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      expect(await known(shuffled([order, twice, refund, order, refund], seed))).toEqual(gone);
    }
    // a part of it leaves an order
    const left = {
      ...bought,
      dropped: ['ruled eligibility order', 'ruled eligibility refund', ...bought.dropped.slice(1)],
    };
    expect(await known([part, order])).toEqual(left);
    expect(await known([order, part, { ...part, id: 'the rest', values: { revenue: 6 } }])).toEqual(gone);
  });

  it('leaves a complaint about it alone, and what was decided before as it was', async () => {
    expect(await known([ticket, order, refund])).toMatchObject({
      own: { last: 'ignored' },
      dropped: ['ruled eligibility refund', 'ruled eligibility ticket'],
    });
    await known([order], async (rig) => {
      const asked = (id: string) => rig.decide({ userId: 'u' }, { programme: id, send: `before ${id}` });
      const before = [await asked('welcome'), await asked('ruled'), await asked('capped')];
      await rig.engine.ingest([refund]);
      for (const decision of before) {
        const programme = rig.catalogue.programme(decision.programme)!;
        const live = liveOf(programme, rig.catalogue.model(decision.programme));
        if (!isComplete(decision)) throw new Error('not complete');
        expect(again(decision, live)).toEqual(decision);
      }
    });
  });
});
