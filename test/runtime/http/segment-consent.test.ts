import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SAMPLE } from '../../../runtime/programmes/sample.ts';
import type { Running } from '../../support/running.ts';
import { runInMemory } from '../../support/running.ts';

/** Categories as Segment's consent management has them: https://segment.com/docs/privacy/consent-management/ (read 2026-11). */
const MAPPED = ['advertising', 'analytics'];

describe('consent as Segment means it, from its webhook to the next decision', () => {
  let running: Running;
  beforeAll(async () => {
    running = await runInMemory();
    const own = { ...SAMPLE, holdout: undefined, id: 'mapped', guardrails: { consent: { email: MAPPED } } };
    const init = { method: 'PUT', headers: { 'if-match': '0' }, body: JSON.stringify(own) };
    expect((await running.call('admin', '/v1/programmes/mapped', init)).status).toBe(200);
    for (const { id } of SAMPLE.variants) {
      await running.call('admin', `/v1/programmes/mapped/variants/${id}/approve`, { method: 'POST' });
    }
  });
  afterAll(() => running.stop());

  let number = 0;
  async function segment(userId: string, event: object, consent?: object): Promise<void> {
    const at = new Date(Date.parse('2026-11-23T12:00:00Z') + ++number * 1_000).toISOString();
    const body = { messageId: `m${number}`, userId, timestamp: at, context: { consent }, ...event };
    const told = await running.call('ingest', '/v1/segment', { method: 'POST', body: JSON.stringify(body) });
    expect(told.status).toBe(200);
  }
  const identify = (user: string, consent?: object) =>
    segment(user, { type: 'identify', traits: { plan: 'pro' } }, consent);

  /** Whether the next send goes out, or what is in its way. */
  async function next(user: string): Promise<string> {
    const response = await running.call(
      'decide',
      `/v1/decide?programme=mapped&user=${user}&send=${user} ${++number}`,
    );
    const { action, guardrail } = (await response.json()) as { action: string; guardrail?: string };
    return guardrail ?? action;
  }
  const preferences = (categoryPreferences: object) => ({ categoryPreferences });

  it('is not enforced where there is no consent object', async () => {
    await identify('none');
    expect(await next('none')).toBe('send');
    expect(await next('never heard of')).toBe('send');
  });

  it('is refused to every category by an object that is empty, and by one without any category', async () => {
    for (const [user, consent] of [
      ['empty', {}],
      ['no-category', preferences({})],
    ] as const) {
      await identify(user, consent);
      expect([user, await next(user)]).toEqual([user, 'consent']);
    }
  });

  it('has to be given to all categories that are mapped: one that is false or missing is a no', async () => {
    const given = async (user: string, consent: object): Promise<string> => {
      await identify(user, preferences(consent));
      return next(user);
    };
    expect(await given('all', { advertising: true, analytics: true, functional: false })).toBe('send');
    expect(await given('one-false', { advertising: true, analytics: false })).toBe('consent');
    expect(await given('one-missing', { advertising: true })).toBe('consent');
    expect(await given('another', { functional: true })).toBe('consent');
  });

  it('is withdrawn and given by the event Segment sends of it, and what has no consent object changes nothing', async () => {
    const updated = { type: 'track', event: 'Segment Consent Preference Updated' };
    await segment('u', updated, preferences({ advertising: true, analytics: true }));
    expect(await next('u')).toBe('send');
    await segment('u', updated, preferences({ advertising: false, analytics: true }));
    expect(await next('u')).toBe('consent');
    await segment('u', { type: 'track', event: 'Order Completed', properties: { revenue: 9 } });
    expect(await next('u')).toBe('consent');
    await segment('u', updated, preferences({ advertising: true, analytics: true }));
    expect(await next('u')).toBe('send');
  });

  it('is withdrawn also by a device whose clock runs ahead, whose events all count as of when they came', async () => {
    const updated = (messageId: string, timestamp: string, advertising: boolean) => ({
      ...{
        messageId,
        timestamp,
        userId: 'ahead',
        type: 'track',
        event: 'Segment Consent Preference Updated',
      },
      context: { consent: preferences({ advertising, analytics: true }) },
    });
    const batch = [
      updated('ahead 1', '2999-01-01T12:00:00Z', true),
      updated('ahead 2', '2999-01-01T12:00:05Z', false),
    ];
    const body = JSON.stringify({ batch });
    expect((await running.call('ingest', '/v1/segment', { method: 'POST', body })).status).toBe(200);
    expect(await next('ahead')).toBe('consent');
  });

  it('follows the person when an anonymous one turns out to be known', async () => {
    await identify('late', preferences({ advertising: true, analytics: true }));
    const refused = preferences({ advertising: false, analytics: false });
    await segment('late', { type: 'identify', anonymousId: 'device', traits: {} }, refused);
    const asked = await running.call('decide', '/v1/decide?programme=mapped&anonymous=device&send=x');
    expect(await asked.json()).toMatchObject({ guardrail: 'consent' });
  });
});
