import { describe, expect, it } from 'vitest';
import { again, isComplete } from '../../../core/decide/again.ts';
import type { Decision } from '../../../core/domain/decision.ts';
import type { DomainEvent } from '../../../core/domain/event.ts';
import type { FeatureDeclaration } from '../../../core/domain/feature.ts';
import type { Programme } from '../../../core/domain/programme.ts';
import { RESPONSES } from '../../../core/domain/feature.ts';
import type { Lookback } from '../../../core/guardrails/lookback.ts';
import { liveOf } from '../../../runtime/engine/live.ts';
import { replay } from '../../../runtime/engine/replay.ts';
import { openSqliteStore } from '../../../runtime/store/sqlite/sqlite-store.ts';
import type { EngineRig } from '../../support/engine-rig.ts';
import { engineRig } from '../../support/engine-rig.ts';
import { folder } from '../../support/folders.ts';
import { opened } from '../../support/opened.ts';
import { CLICK, DAY, HOUR, LEFT, NOON, ORDER, programme, variant } from '../../support/programmes.ts';

const FEATURES: Record<string, FeatureDeclaration> = {
  since: { type: 'number', min: 0, max: 720, from: 'hoursSinceContact' },
  week: { type: 'number', min: 0, max: 10, from: 'contactsIn', days: 7 },
  last: { type: 'category', values: [...RESPONSES], from: 'lastResponse' },
  plan: { type: 'category', values: ['free', 'pro'], from: 'traits.plan' },
};
const OWN = programme({
  context: FEATURES,
  goal: { signals: [ORDER, CLICK, LEFT] },
  policy: { kind: 'linear-thompson' },
  variants: [variant('a')],
});

let number = 0;
const heard = (
  { engine, clock }: EngineRig,
  name: string,
  changes: Partial<DomainEvent & { machine: boolean }> = {},
) => {
  const base = { source: 's', id: `e${++number}`, at: clock.now, person: { userId: 'u' } };
  return engine.ingest([{ ...base, type: 'signal', name, values: {}, ...changes } as DomainEvent]);
};

const asked = (rig: EngineRig, context: Decision['context'] = {}): Promise<Decision> =>
  rig.decide({ userId: 'u' }, { send: `s${++number}`, context });

describe('features of the person', () => {
  it('are what happened by the time of the decision, and are recorded as if the request had carried them', async () => {
    const rig = await engineRig({
      store: await opened(async () => openSqliteStore(await folder())),
      programmes: [OWN],
    });
    const never = await asked(rig, { plan: 'made up', campaign: 'may' });
    // a quarter of a year is as far back as is looked
    expect(never.context).toEqual({ since: 92 * 24, week: 0, last: 'none', campaign: 'may' });
    rig.clock.now += 36 * HOUR;
    await rig.engine.ingest([
      { type: 'identify', source: 's', id: 'i', at: NOON, person: { userId: 'u' }, traits: { plan: 'pro' } },
    ]);
    const second = await asked(rig, { plan: 'free' });
    expect(second.context).toEqual({ since: 36, week: 1, last: 'ignored', plan: 'pro' });
    const steps: [string, object, string][] = [
      ['email_opened', { machine: true }, 'ignored'],
      ['unsubscribed', {}, 'ignored'],
      ['email_opened', {}, 'opened'],
      ['email_clicked', {}, 'clicked'],
      ['email_opened', {}, 'clicked'],
      ['Order Completed', {}, 'goal'],
    ];
    for (const [name, changes, last] of steps) {
      rig.clock.now += HOUR;
      await heard(rig, name, changes);
      const { context } = await rig.decide({ userId: 'u' }, { preview: true });
      expect(context, name).toMatchObject({ last, week: 2 });
    }
    rig.clock.now += 6 * DAY;
    const { context } = await asked(rig);
    expect(context).toEqual({ since: 6 * 24 + steps.length, week: 1, last: 'goal', plan: 'pro' });
    rig.clock.now += 93 * DAY;
    expect((await asked(rig)).context).toMatchObject({ since: 92 * 24, week: 0, last: 'none' });
  });

  it('take an order that is told of again for no answer to what came since', async () => {
    const rig = await engineRig({ programmes: [OWN] });
    for (const [source, last] of [
      ['shop', 'goal'],
      ['another', 'ignored'],
    ] as const) {
      rig.clock.now += HOUR;
      await asked(rig);
      rig.clock.now += 2 * DAY;
      await heard(rig, 'Order Completed', { orderId: 'o', source });
      const { context } = await rig.decide({ userId: 'u' }, { preview: true });
      expect(context, source).toMatchObject({ since: 48, last });
    }
  });

  it('count contacts of all programmes and other tools, and none that was aborted', async () => {
    const rig = await engineRig({ programmes: [OWN, programme({ id: 'news' })] });
    await rig.decide({ userId: 'u' }, { programme: 'news', send: 'n' });
    rig.clock.now += HOUR;
    await heard(rig, 'SMS Sent');
    rig.clock.now += HOUR;
    const { id, context } = await asked(rig);
    expect(context).toMatchObject({ since: 1, week: 2 });
    rig.clock.now += HOUR;
    await heard(rig, 'email_aborted', { decisionId: id });
    expect((await rig.decide({ userId: 'u' }, { preview: true })).context).toMatchObject({
      since: 2,
      week: 2,
    });
  });

  it('are how many times as readily as everybody the person answers, whatever programme they were sent by', async () => {
    const ready: FeatureDeclaration = { type: 'number', min: 0, max: 4, from: 'readiness' };
    const [own, news] = [programme({ context: { ready } }), programme({ id: 'news' })];
    const rig = await engineRig({ programmes: [own, news] });
    const { clock } = rig;
    // of everybody, before anything is learned: one in thirty
    const expected = (hours: number[]): number =>
      hours.reduce((sum, hour) => sum + 2 ** (-hour / 24 / 30) / 30, 0);
    const readyOf = async (userId: string): Promise<unknown> =>
      (await rig.decide({ userId }, { preview: true })).context.ready;
    const rounded = (x: number): number => Math.round(x * 100) / 100;
    expect(await readyOf('u')).toBe(1);
    for (const [i, id] of ['welcome', 'news', 'news', 'welcome'].entries()) {
      for (const userId of ['u', 'v']) await rig.decide({ userId }, { programme: id, send: `s${i}` });
      clock.now += HOUR;
      await heard(rig, ORDER.signal, { machine: true });
      await heard(rig, ORDER.signal, { person: { userId: 'v' } });
      clock.now += 47 * HOUR;
    }
    const ages = [48, 96, 144, 192];
    expect(await readyOf('u')).toBe(rounded(1 / (1 + expected(ages))));
    const answers = 30 * expected(ages);
    expect(await readyOf('v')).toBe(rounded((1 + answers) / (1 + expected(ages))));
    // a contact of the last day says nothing until it is answered
    await rig.decide({ userId: 'u' }, { send: 'last' });
    clock.now += 2 * HOUR;
    expect(await readyOf('u')).toBe(rounded(1 / (1 + expected(ages.map((age) => age + 2)))));
    await rig.engine.ingest([
      { type: 'delete', source: 's', id: 'd', at: clock.now, person: { userId: 'v' } },
    ]);
    expect(await readyOf('v')).toBe(1);
  });

  it('are when the person last had each variant, where options recover', async () => {
    const recovering = { kind: 'linear-thompson', recovering: true } as const;
    const variants = [variant('a'), variant('b', { endsAt: new Date(NOON).toISOString() })];
    const own = programme({ policy: recovering, variants });
    const rig = await engineRig({ programmes: [own, { ...own, id: 'news' }] });
    const first = await asked(rig);
    expect(first).toMatchObject({ option: 'a', context: {} });
    rig.clock.now += 30 * HOUR;
    await rig.decide({ userId: 'u' }, { programme: 'news', send: 'n' });
    expect((await asked(rig, { 'hours since b': 1 })).context).toEqual({ 'hours since a': 30 });
    rig.clock.now += HOUR;
    expect((await asked(rig)).context).toEqual({ 'hours since a': 1 });
    rig.clock.now += 92 * DAY;
    expect((await asked(rig)).context).toEqual({});
  });

  it('can be named by eligibility rules, and a decision made again is the same, whatever was learned of the person since', async () => {
    const rules = { eligible: 'context.week < 2.0', caps: [{ per: 'person' as const, count: 9, hours: 24 }] };
    const rig = await engineRig({ programmes: [{ ...OWN, guardrails: rules }] });
    const decisions = [await asked(rig), await asked(rig), await asked(rig)];
    expect(decisions.map(({ guardrail }) => guardrail)).toEqual([undefined, undefined, 'eligibility']);
    await heard(rig, 'email_opened');
    const live = liveOf(rig.catalogue.programme('welcome')!, rig.catalogue.model('welcome'));
    for (const decision of decisions) {
      if (!isComplete(decision)) throw new Error('not complete');
      const plain = (some: Decision): unknown => JSON.parse(JSON.stringify(some));
      expect(plain(again(decision, live))).toEqual(plain(decision));
    }
  });

  it('are asked for by live programmes that declare them, and by no others', async () => {
    const rig = await engineRig({ programmes: [programme()] });
    const nothing: Lookback = { contactsMs: 0, signals: new Map() };
    expect(rig.catalogue.lookback()).toEqual(nothing);
    rig.catalogue.put({ ...OWN, status: 'paused' });
    expect(rig.catalogue.lookback()).toEqual(nothing);
    const { week } = FEATURES;
    rig.catalogue.put({ ...OWN, context: { week: week! } });
    // and a week more, by which a message may have been sent late
    expect(rig.catalogue.lookback()).toEqual({ contactsMs: (7 + 7) * DAY, signals: new Map() });
    rig.catalogue.put(OWN);
    expect(rig.catalogue.lookback().contactsMs).toBe((92 + 7) * DAY);
    // with clicks what tells whether a scanner made them, with orders what takes them back
    expect([...rig.catalogue.lookback().signals.keys()].sort()).toEqual([
      'Order Cancelled',
      'Order Completed',
      'Order Refunded',
      'email_clicked',
      'email_delivered',
      'email_opened',
      'email_sent',
    ]);
  });

  it('make a replay say that older decisions did not look, where a change declares them', async () => {
    const current = { ...OWN, context: { plan: FEATURES.plan! } };
    const rig = await engineRig({ programmes: [current] });
    for (let i = 0; i < 5; i++) await asked(rig);
    const on = (changed: Programme) =>
      replay(
        {
          ...{ current: { ...current, version: 1 }, changed, model: rig.catalogue.model('welcome') },
          ...{ stretch: { limit: 10, until: Infinity, clock: () => 0 }, now: rig.clock.now },
        },
        rig.store,
      );
    expect((await on(current)).compared).toBe(5);
    const more = await on(OWN);
    expect(more.skipped).toEqual({ 'not-looked-at': 5 });
    expect(more.notLookedAt).toEqual(
      expect.arrayContaining(['context.since', 'context.week', 'context.last']),
    );
  });

  it('teach: who was contacted a moment ago and never answers then is left alone, others are not', async () => {
    const own: Programme = {
      ...OWN,
      goal: { signals: [ORDER] },
      silence: true,
      context: { since: { type: 'number', min: 0, max: 96, from: 'hoursSinceContact' } },
    };
    const rig = await engineRig({ programmes: [own] });
    const options = new Map<string, number>();
    for (let day = 0; day < 20; day++) {
      for (let n = 0; n < 40; n++) {
        const person = { userId: `u${n}` };
        const { id, option, context } = await rig.decide(person, { send: `${day}` });
        const rested = Number(context.since) >= 48;
        const key = `${day > 12 ? 'late' : 'early'} ${rested ? 'rested' : 'tired'} ${option}`;
        options.set(key, (options.get(key) ?? 0) + 1);
        // a message earns three of four rested persons and no tired one, silence one of four whoever it is
        const earns = option === 'silence' ? (n + day) % 4 === 0 : rested && (n + day) % 4 > 0;
        if (earns) await heard(rig, 'Order Completed', { person, decisionId: id });
      }
      rig.clock.now += DAY;
      await rig.folder.catchUp();
    }
    const share = (who: string): number => {
      const [sent, silent] = ['a', 'silence'].map((option) => options.get(`late ${who} ${option}`) ?? 0);
      return sent! / (sent! + silent!);
    };
    expect(share('rested')).toBeGreaterThan(0.9);
    expect(share('tired')).toBeLessThan(0.2);
  });
});
