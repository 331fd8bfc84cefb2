import { describe, expect, it } from 'vitest';
import type { Contact } from '../../../core/contracts/records.ts';
import type { Decision } from '../../../core/domain/decision.ts';
import { sendTimeOf } from '../../../core/domain/decision.ts';
import { newPerson } from '../../../core/domain/person.ts';
import type { Programme, QuietHours } from '../../../core/domain/programme.ts';
import { TIME_PARTS } from '../../../core/domain/timing.ts';
import { decided, live } from '../../support/decisions.ts';
import { daysOfChange, localClock } from '../../support/local-clock.ts';
import { DAY, HOUR, MINUTE, NOON, programme, variant } from '../../support/programmes.ts';
import { surprise } from '../../support/statistics.ts';

const AHEAD = { horizonHours: 48 };
const nobody = newPerson('p', ['user:u']);

const contact = (at: number, channel = 'email', by?: string): Contact => ({
  ...{ person: 'p', at, decision: `dec_${at}`, programme: 'welcome', channel, variant: by },
});

/** So many decisions, each for another send. */
const many = (own: Programme, count: number, asked: Parameters<typeof decided>[1] = {}): Decision[] => {
  const on = live(own);
  return Array.from({ length: count }, (_, i) => decided(on, { ...asked, sendKey: `send ${i}` }));
};

describe('a programme that plans ahead', () => {
  it('sends now or at a full hour of the person within the horizon', () => {
    const person = { ...nobody, traits: { timezone: { value: 'Asia/Kolkata', at: 0 } } };
    const now = NOON + 7 * MINUTE;
    const at = many(programme({ timing: { horizonHours: 12, stepHours: 3 } }), 300, { person, now }).map(
      sendTimeOf,
    );
    // 17:37 in India; then 18:00, 21:00, 00:00, 03:00, each half past of UTC
    const hours = [
      '2026-11-23T12:30:00Z',
      '2026-11-23T15:30:00Z',
      '2026-11-23T18:30:00Z',
      '2026-11-23T21:30:00Z',
    ];
    expect([...new Set(at)].sort()).toEqual([now, ...hours.map((time) => Date.parse(time))]);
  });

  it('is planned for now alone where whoever asks cannot wait, and says so', () => {
    const decisions = many(programme({ timing: AHEAD }), 50, { request: { atOnce: true } });
    for (const { sendAt, atOnce, timing } of decisions) {
      expect([sendAt, atOnce, timing!.candidates, timing!.chances]).toEqual([
        undefined,
        true,
        3,
        [TIME_PARTS],
      ]);
    }
  });

  it('leaves nothing of it in the decisions of others', () => {
    const [decision] = many(programme(), 1, { request: { atOnce: true } });
    const { sendAt, timing, atOnce } = decision!;
    expect([sendAt, timing, atOnce]).toEqual([undefined, undefined, undefined]);
  });

  it('draws variant and time with the probability it says, which sums to 1', () => {
    const own = programme({ timing: { horizonHours: 6 }, silence: true });
    const decisions = many(own, 4_000);
    const [first] = decisions;
    const joint = new Map<string, { count: number; expected: number }>();
    for (const { option, propensity } of first!.eligible) {
      const steps = option === 'silence' ? [0] : (first!.timing!.steps ?? []);
      for (const step of steps)
        joint.set(`${option} ${step}`, { count: 0, expected: propensity / steps.length });
    }
    for (const { option, at, sendAt = at, propensity, timing, eligible } of decisions) {
      const place = Math.round((sendAt - NOON) / HOUR);
      const own = eligible.find((scored) => scored.option === option)!.propensity;
      if (option !== 'silence') {
        const { chances, steps } = timing!;
        expect(chances!.reduce((sum, part) => sum + part, 0)).toBe(TIME_PARTS);
        expect(propensity).toBeCloseTo((own * chances![steps!.indexOf(place)]!) / TIME_PARTS, 12);
        joint.get(`${option} ${place}`)!.expected = propensity;
      }
      joint.get(`${option} ${place}`)!.count++;
    }
    const cells = [...joint.values()];
    expect(cells.reduce((sum, { expected }) => sum + expected, 0)).toBeCloseTo(1, 5);
    const scaled = cells.map(({ count, expected }) => ({ count, expected: expected * decisions.length }));
    expect(surprise(scaled)).toBeLessThan(3.09);
  });

  it('plans the holdout of random options evenly, and what is asked for by name for the first time there is', () => {
    const quietHours: QuietHours = { from: '10:00', to: '14:30', fallbackZone: 'UTC' };
    const own = programme({ timing: { horizonHours: 12 }, guardrails: { quietHours } });
    for (const { sendAt, propensity } of many(own, 20, { request: { pin: 'b' } })) {
      expect([sendAt, propensity]).toEqual([NOON + 3 * HOUR, 1]);
    }
    const person = { ...nobody, arms: { welcome: 'holdout' as const } };
    const random = many({ ...own, holdout: { kind: 'random', share: 0.5 } }, 20, { person });
    for (const { propensity, learn } of random)
      expect([propensity, learn]).toEqual([expect.closeTo(1 / 30, 6), false]);
    const usual = { ...own, fallback: 'c', holdout: { kind: 'business-as-usual' as const, share: 0.5 } };
    for (const { option, sendAt } of many(usual, 5, { person }))
      expect([option, sendAt]).toEqual(['c', NOON + 3 * HOUR]);
  });

  it('records how many pairs there were, which guardrail took how many, and what was cut', () => {
    const quietHours: QuietHours = { from: '18:00', to: '08:00', fallbackZone: 'UTC', channels: ['email'] };
    const variants = [variant('a'), variant('b'), variant('text', { channel: 'sms', approval: undefined })];
    const own = programme({ variants, timing: { horizonHours: 24 }, guardrails: { quietHours } });
    const { timing, dropped } = many(own, 1)[0]!;
    // 12:00 itself and the 24 hours after it: 14 of them quiet
    expect(timing).toMatchObject({
      candidates: 75,
      pruned: { 'quiet-hours': 28, approval: 25 },
      cut: 0,
      zone: 'UTC',
    });
    expect(dropped.map(({ option, rule }) => [option, rule])).toEqual([['text', 'approval']]);
    const [few] = many({ ...own, timing: { horizonHours: 24, mostOptions: 9 } }, 1);
    expect([few!.timing!.cut, few!.timing!.steps!.length]).toEqual([14, 4]);
  });

  it('is a later option where all is closed now, and is put off only when nothing is open in the horizon', () => {
    const quietHours: QuietHours = { from: '08:00', to: '20:00', fallbackZone: 'UTC', defer: true };
    const own = programme({ timing: { horizonHours: 12 }, guardrails: { quietHours } });
    const [sent] = many(own, 1);
    expect([sent!.action, sent!.retryAt, sendTimeOf(sent!) >= NOON + 8 * HOUR]).toEqual([
      'send',
      undefined,
      true,
    ]);
    const [off] = many({ ...own, timing: { horizonHours: 4 } }, 1);
    expect(off).toMatchObject({ action: 'silence', guardrail: 'quiet-hours', retryAt: NOON + 8 * HOUR });
  });

  it('takes nothing that a channel is closed for, at any time', () => {
    const variants = [
      variant('mail'),
      variant('text', { channel: 'sms' }),
      variant('push', { channel: 'push' }),
    ];
    const own = programme({ variants, timing: AHEAD, guardrails: { consent: { push: 'marketing' } } });
    const left = { sms: { value: 'unsubscribed' as const, at: 0 } };
    const person = { ...nobody, subscriptions: left, consent: { value: {}, at: 0 } };
    for (const { channel, eligible, timing } of many(own, 100, { person })) {
      expect([channel, eligible.map(({ option }) => option)]).toEqual(['email', ['mail']]);
      expect(timing!.pruned).toEqual({ consent: 98 });
    }
  });

  it('sends a variant before its end and another after its start', () => {
    const [early, late] = [new Date(NOON + 3 * HOUR), new Date(NOON + 20 * HOUR)].map((d) => d.toISOString());
    const variants = [variant('a', { endsAt: early }), variant('b', { startsAt: late })];
    for (const made of many(programme({ variants, timing: { horizonHours: 30 } }), 200)) {
      const ahead = sendTimeOf(made) - NOON;
      expect(made.option === 'a' ? ahead < 3 * HOUR : ahead >= 20 * HOUR).toBe(true);
    }
  });
});

it('never plans for quiet hours, in any zone, around the days on which its clocks are changed', () => {
  const rule: QuietHours = { from: '20:30', to: '10:30', fallbackZone: 'UTC' };
  const own = live(programme({ variants: [variant('a')], timing: AHEAD, guardrails: { quietHours: rule } }));
  const [from, to] = [Date.parse('2026-01-01T00:00:00Z'), Date.parse('2027-01-01T00:00:00Z')];
  const european = daysOfChange('Europe/Berlin', from, to);
  let planned = 0;
  for (const name of Intl.supportedValuesOf('timeZone')) {
    const clock = localClock(name);
    const person = { ...nobody, traits: { timezone: { value: name, at: 0 } } };
    const days = daysOfChange(name, from, to);
    for (const day of days.length > 0 ? days : european) {
      const now = day - 20 * HOUR + 17 * MINUTE;
      const { sendAt = now } = decided(own, { person, now });
      const { minute } = clock(sendAt);
      expect([name, sendAt, minute >= 10 * 60 + 30 && minute < 20 * 60 + 30]).toEqual([name, sendAt, true]);
      planned++;
    }
  }
  expect(planned).toBeGreaterThan(500);
});

it('keeps caps over a week of plans, whoever plans how far ahead', () => {
  const caps = [{ per: 'person' as const, count: 2, hours: 30 }];
  const own = live(programme({ timing: AHEAD, guardrails: { caps } }));
  const contacts: Contact[] = [];
  for (let i = 0; i < 120; i++) {
    const made = decided(own, { now: NOON + i * 2 * HOUR, contacts, sendKey: `${i}` });
    if (made.action === 'send') contacts.push(contact(sendTimeOf(made)));
  }
  const times = contacts.map(({ at }) => at);
  const most = Math.max(...times.map((end) => times.filter((t) => t > end - 30 * HOUR && t <= end).length));
  expect(most).toBe(2);
  expect(times.length).toBeGreaterThan((10 * DAY) / (30 * HOUR));
});
