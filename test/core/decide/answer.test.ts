import { describe, expect, it } from 'vitest';
import { answerOf, degradedAnswer } from '../../../core/decide/answer.ts';
import type { Standing } from '../../../core/domain/closed.ts';
import type { Cap, Guardrails, Programme } from '../../../core/domain/programme.ts';
import { decided, live } from '../../support/decisions.ts';
import { DAY, NOON, programme, variant } from '../../support/programmes.ts';

describe('answer', () => {
  it('carries what a platform needs to send and to credit', () => {
    const decision = decided(live(programme()), { request: { pin: 'b' } });
    expect(answerOf(decision)).toEqual({
      decision_id: decision.id,
      programme: 'welcome',
      programme_version: 1,
      action: 'send',
      variant: 'b',
      channel: 'email',
      send_at: '2026-11-23T12:00:00.000Z',
      content: variant('b').content,
      reason: 'pinned',
      guardrail: undefined,
      rung: 'full',
      link: `did=${decision.id}`,
      decision_recorded: true,
    });
  });

  it('of silence has nothing to send', () => {
    const answer = answerOf(decided(live(programme({ status: 'paused' }))));
    expect(JSON.parse(JSON.stringify(answer))).toEqual({
      decision_id: answer.decision_id,
      programme: 'welcome',
      programme_version: 1,
      action: 'silence',
      reason: 'guardrail',
      guardrail: 'dates',
      rung: 'full',
      decision_recorded: true,
    });
  });

  it('of a preview says that nothing was recorded', () => {
    const preview = decided(live(programme()), { request: { preview: true } });
    expect(answerOf(preview)).toMatchObject({ reason: 'preview', decision_recorded: false });
  });
});

const CAP: Cap = { per: 'person', count: 3, hours: 168 };
const OPEN = { now: NOON, aliases: ['user:u'], standings: (): Standing => 'open' };

describe('degraded answer', () => {
  const degraded = (changes: Partial<Programme>): ReturnType<typeof degradedAnswer> =>
    degradedAnswer('welcome', programme({ fallback: 'a', ...changes }), OPEN);

  it('is the approved default, marked as not recorded', () => {
    expect(degraded({})).toEqual({
      programme: 'welcome',
      programme_version: 1,
      action: 'send',
      variant: 'a',
      channel: 'email',
      send_at: '2026-11-23T12:00:00.000Z',
      content: variant('a').content,
      reason: 'fallback',
      rung: 'default',
      decision_recorded: false,
    });
  });

  const closed: [string, Partial<Programme>][] = [
    ['there is no default', { fallback: undefined }],
    ['the default is gone', { fallback: 'gone' }],
    ['the default was never approved', { variants: [variant('a', { approval: undefined })] }],
    ['the default changed after its approval', { variants: [variant('a', { contentHash: 'new' })] }],
    ['the default was archived', { variants: [archived()] }],
    ['the programme wants it so', { whenAway: 'silence' }],
    ['the programme is paused', { status: 'paused' }],
    ['the programme is over', { endsAt: new Date(NOON).toISOString() }],
    ['the programme has not begun', { startsAt: new Date(NOON + 1).toISOString() }],
    ['the default is over', { variants: [variant('a', { endsAt: new Date(NOON - DAY).toISOString() })] }],
    [
      'the channel needs consent, which cannot be looked up',
      { guardrails: { consent: { email: 'marketing' } } },
    ],
    [
      'the default counts against a cap over all persons, and nothing can be counted',
      { guardrails: { caps: [{ per: 'programme', count: 9, hours: 1 }] } },
    ],
    ['a cap counts contacts of the person', { guardrails: { caps: [CAP] } }],
    ['a cap counts what the person did', { guardrails: { caps: [{ ...CAP, signal: 'Order Completed' }] } }],
    ['the person is contacted so often and no more', { frequency: { perDays: 7, least: 0, most: 3 } }],
    [
      'the default costs money, and nobody knows what is left',
      { variants: [variant('a', { cost: 1 })], guardrails: { budget: { total: 100 } } },
    ],
    ['the default comes with a code, and none can be given', { variants: [variant('a', { coupon: 'x' })] }],
    [
      'the default hands over to a queue, and nobody would take note',
      { variants: [variant('a', { route: { queue: 'sales' } })], guardrails: { queues: { sales: {} } } },
    ],
    [
      'the default has holes nobody can fill',
      { variants: [variant('a', { content: { subject: 'Hi {{ name }}' } })] },
    ],
    [
      'the default has logic nobody can run',
      { variants: [variant('a', { content: { body: '{% if vip %}x{% endif %}' } })] },
    ],
  ];

  it.each(closed)('is silence when %s', (_, changes) => {
    const answer = degraded(changes);
    expect(answer).toMatchObject({ action: 'silence', reason: 'fallback', decision_recorded: false });
    expect(answer).not.toHaveProperty('content');
    expect(answer).not.toHaveProperty('decision_id');
  });

  it('is the default as well where the programme would have had the last model decide', () => {
    for (const whenAway of ['last-model', 'fallback'] as const)
      expect(degraded({ whenAway }).variant).toBe('a');
  });

  it('is sent past what counts a person where the programme says so, and past nothing else', () => {
    const uncapped = { whenAway: 'fallback-uncapped', frequency: { perDays: 7, least: 0, most: 3 } } as const;
    const guardrails = { caps: [CAP, { ...CAP, signal: 'Order Completed' }] };
    expect(degraded({ ...uncapped, guardrails })).toMatchObject({ action: 'send', variant: 'a' });
    const others: Guardrails[] = [
      { caps: [CAP, { per: 'programme', count: 9, hours: 1 }] },
      { consent: { email: 'marketing' } },
      { eligible: 'true' },
      { quietHours: { fallbackZone: 'UTC' } },
      { restAfterSignal: [{ signal: 'complained', hours: 1 }] },
    ];
    for (const own of others) expect(degraded({ ...uncapped, guardrails: own }).action).toBe('silence');
  });

  it('heeds only caps of its own channel', () => {
    expect(degraded({ guardrails: { caps: [{ ...CAP, channel: 'sms' }] } }).action).toBe('send');
    expect(degraded({ guardrails: { caps: [{ ...CAP, channel: 'email' }] } }).action).toBe('silence');
  });

  it('asks only for the consent of its own channel', () => {
    expect(degraded({ guardrails: { consent: { sms: 'calls' } } }).action).toBe('send');
  });

  it('is silence for want of consent where its own channel is closed, and says so where that is not known', () => {
    const on = (email: Standing, sms: Standing) =>
      degradedAnswer('welcome', programme({ fallback: 'a' }), {
        ...OPEN,
        standings: (channel) => (channel === 'email' ? email : sms),
      });
    expect(on('open', 'closed').action).toBe('send');
    const silence = { action: 'silence', reason: 'guardrail', guardrail: 'consent', rung: 'silence' };
    expect(on('closed', 'open')).toMatchObject(silence);
    expect(on('closed', 'open')).not.toHaveProperty('state');
    expect(on('closed', 'open')).not.toHaveProperty('content');
    expect(on('unknown', 'open')).toMatchObject({ ...silence, state: 'unknown' });
  });

  it('is held to quiet hours by the clock that the request brings', () => {
    const quietHours = { from: '21:00', to: '08:00', zone: 'context.tz', fallbackZone: 'Asia/Tokyo' };
    const own = programme({ fallback: 'a', guardrails: { quietHours } });
    const at = (context: Record<string, string>) =>
      degradedAnswer('welcome', own, { ...OPEN, context }).action;
    expect(at({ tz: 'Europe/Berlin' })).toBe('send');
    expect(at({ tz: 'Asia/Tokyo' })).toBe('silence');
    expect(at({})).toBe('silence');
  });

  it('asks for a budget only where the default costs anything', () => {
    const variants = [variant('a'), variant('b', { cost: 1 })];
    expect(degraded({ variants, guardrails: { budget: { total: 100 } } }).action).toBe('send');
  });

  it('is silence for a programme nobody knows', () => {
    expect(degradedAnswer('ghost', undefined, OPEN)).toMatchObject({ programme: 'ghost', action: 'silence' });
  });
});

function archived(): ReturnType<typeof variant> {
  const own = variant('a');
  return { ...own, approval: { ...own.approval!, status: 'archived' } };
}
