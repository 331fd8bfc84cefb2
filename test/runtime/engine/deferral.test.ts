import { describe, expect, it } from 'vitest';
import { answerOf } from '../../../core/decide/answer.ts';
import type { DomainEvent } from '../../../core/domain/event.ts';
import type { Programme, QuietHours } from '../../../core/domain/programme.ts';
import { engineRig } from '../../support/engine-rig.ts';
import { DAY, HOUR, programme, variant } from '../../support/programmes.ts';
import { facts } from '../../support/store-writes.ts';
import type { LOCAL_STORES } from '../../support/stores.ts';
import { allStores } from '../../support/stores.ts';

const NIGHT: QuietHours = { from: '21:00', to: '08:00', fallbackZone: 'UTC', defer: true };
const MIDNIGHT = Date.parse('2026-11-24T00:00:00Z');
const MORNING = MIDNIGHT + 8 * HOUR;

const quiet = (changes: Partial<Programme> = {}, rule: Partial<QuietHours> = {}): Programme =>
  programme({ ...changes, guardrails: { ...changes.guardrails, quietHours: { ...NIGHT, ...rule } } });

/** An engine at midnight. */
async function night(programmes: Programme[], open?: (typeof LOCAL_STORES)[number][1]) {
  const rig = await engineRig(open ? { store: await open(), programmes } : { programmes });
  rig.clock.now = MIDNIGHT;
  const ask = (send = 's') => rig.decide({ userId: 'u' }, { send });
  return { ...rig, ask };
}

const unsubscribed = (userId: string): DomainEvent => {
  const event = {
    type: 'subscription',
    channel: 'email',
    state: 'unsubscribed',
    source: 's',
    id: '1',
  } as const;
  return { ...event, at: MIDNIGHT, person: { userId } };
};

describe.each(await allStores())('a send in quiet hours (%s)', (_, open) => {
  it('is put off until they end, and decided then, once', async () => {
    const rig = await night([quiet({ guardrails: { caps: [{ per: 'person', count: 1, hours: 1 }] } })], open);
    const [first, same] = await Promise.all([rig.ask(), rig.ask()]);
    expect(answerOf(first)).toMatchObject({
      ...{ action: 'silence', reason: 'guardrail', guardrail: 'quiet-hours' },
      ...{ retry_at: '2026-11-24T08:00:00.000Z', decision_recorded: true },
    });
    rig.clock.now = MORNING - 1;
    for (const other of [same, await rig.ask()]) expect(other).toEqual(first);
    rig.clock.now = MORNING;
    const sends = await Promise.all(Array.from({ length: 64 }, () => rig.ask()));
    expect(new Set(sends.map(({ id }) => id)).size).toBe(1);
    expect(sends[0]).toMatchObject({ action: 'send', reason: 'policy', at: MORNING });
    expect(answerOf(sends[0]!)).not.toHaveProperty('retry_at', expect.anything());
    rig.clock.now += 20 * DAY;
    expect(await rig.ask()).toEqual(sends[0]);
    const found = await facts(rig.store, { persons: [{ aliases: ['user:u'], sendKeys: [] }] });
    expect(found.contacts).toHaveLength(1);
    expect((await rig.store.counts()).decisions).toBe(2);
  });
});

describe('what was put off', () => {
  it('is not sent blindly: what happened in between counts', async () => {
    const cap = { per: 'person' as const, count: 1, hours: 24 };
    const other = programme({ id: 'other', variants: [variant('x')] });
    const rig = await night([quiet({ guardrails: { caps: [cap] } }), other]);
    for (const userId of ['left', 'met', 'free']) {
      expect((await rig.decide({ userId }, { send: 's' })).retryAt).toBe(MORNING);
    }
    await rig.engine.ingest([unsubscribed('left')]);
    await rig.decide({ userId: 'met' }, { programme: 'other', send: 's' });
    rig.clock.now = MORNING;
    const after = async (userId: string): Promise<unknown> => {
      const { action, guardrail, retryAt } = await rig.decide({ userId }, { send: 's' });
      return [action, guardrail, retryAt];
    };
    expect(await after('left')).toEqual(['silence', 'consent', undefined]);
    expect(await after('met')).toEqual(['silence', 'caps', undefined]);
    expect(await after('free')).toEqual(['send', undefined, undefined]);
  });

  it('is put off for the holdout as well, so that both arms are asked again', async () => {
    const rig = await night([quiet({ holdout: { kind: 'no-contact', share: 0.5 } })]);
    const people = Array.from({ length: 60 }, (_, i) => ({ userId: `u${i}` }));
    const ask = () => Promise.all(people.map((person) => rig.decide(person, { send: 's' })));
    const before = await ask();
    expect(new Set(before.map(({ retryAt }) => retryAt))).toEqual(new Set([MORNING]));
    rig.clock.now = MORNING;
    const after = await ask();
    expect(after.map(({ arm }) => arm)).toEqual(before.map(({ arm }) => arm));
    expect(new Set(after.map(({ arm, action }) => `${arm} ${action}`))).toEqual(
      new Set(['holdout silence', 'treated send']),
    );
    await rig.folder.catchUp();
    const { treated, holdout } = rig.catalogue.model('welcome').state.arms;
    expect(treated.persons + holdout.persons).toBe(60);
  });

  it('is put off seven times at most', async () => {
    const rig = await night([quiet()]);
    const answers: (number | undefined)[] = [];
    for (let i = 0; i < 9; i++) {
      rig.clock.now = MIDNIGHT + i * DAY;
      answers.push((await rig.ask()).retryAt);
    }
    const mornings = Array.from({ length: 7 }, (_, i) => MORNING + i * DAY);
    expect(answers).toEqual([...mornings, undefined, undefined]);
    // the last word stands, in the morning too
    rig.clock.now += 8 * HOUR;
    expect(await rig.ask()).toMatchObject({ action: 'silence', guardrail: 'quiet-hours' });
    expect((await rig.store.counts()).decisions).toBe(8);
  });

  it('on a Friday night waits for Monday where nothing is sent at weekends', async () => {
    const allowedDays: QuietHours['allowedDays'] = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'];
    const rig = await night([quiet({}, { allowedDays })]);
    rig.clock.now = Date.parse('2026-11-27T21:30:00Z');
    const monday = Date.parse('2026-11-30T08:00:00Z');
    expect(await rig.ask()).toMatchObject({ action: 'silence', retryAt: monday });
    rig.clock.now = monday;
    expect(await rig.ask()).toMatchObject({ action: 'send', at: monday });
  });

  it('of several programmes waits for the first that may send, and they compete then', async () => {
    const early = quiet({ id: 'early' }, { to: '06:00' });
    const late = quiet({ id: 'late', arbitration: { priority: 5 } });
    const rig = await night([late, early]);
    const ask = () => rig.decide({ userId: 'u' }, { programme: ['late', 'early'], send: 's' });
    expect(await ask()).toMatchObject({ programme: 'early', retryAt: MIDNIGHT + 6 * HOUR });
    rig.clock.now = MORNING;
    expect(await ask()).toMatchObject({ programme: 'late', action: 'send' });
  });
});

describe('a send is not put off', () => {
  const until = async (own: Programme, event?: DomainEvent): Promise<unknown> => {
    const rig = await night([own]);
    if (event) await rig.engine.ingest([event]);
    const { action, retryAt } = await rig.ask();
    return [action, retryAt];
  };

  it('unless the programme says so', async () => {
    expect(await until(quiet({}, { defer: undefined }))).toEqual(['silence', undefined]);
  });

  it('while something may be sent now', async () => {
    const both = [variant('a', { channel: 'sms' }), variant('b')];
    expect(await until(quiet({ variants: both }, { channels: ['sms'] }))).toEqual(['send', undefined]);
  });

  it('where something else is against it anyway', async () => {
    expect(await until(quiet({ status: 'paused' }))).toEqual(['silence', undefined]);
    expect(await until(quiet(), unsubscribed('u'))).toEqual(['silence', undefined]);
  });

  it('for longer than a week, or than the programme says', async () => {
    const days = Array.from({ length: 8 }, (_, i) => new Date(MIDNIGHT + i * DAY).toISOString().slice(0, 10));
    const at = (n: number, deferHours?: number) => {
      const blackoutDates = days.slice(0, n);
      return until(quiet({}, { from: undefined, to: undefined, blackoutDates, deferHours }));
    };
    expect(await at(7)).toEqual(['silence', MIDNIGHT + 7 * DAY]);
    expect(await at(8)).toEqual(['silence', undefined]);
    expect(await at(1, 24)).toEqual(['silence', MIDNIGHT + DAY]);
    expect(await at(2, 24)).toEqual(['silence', undefined]);
  });

  it('in a preview, which still tells when', async () => {
    const rig = await night([quiet()]);
    expect((await rig.decide({ userId: 'u' }, { preview: true, send: 's' })).retryAt).toBe(MORNING);
    expect((await rig.store.counts()).decisions).toBe(0);
  });
});
