import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Contact, StoredSignal } from '../../../core/contracts/records.ts';
import type { Guardrails } from '../../../core/domain/programme.ts';
import { whatStands } from '../../../core/domain/orders.ts';
import { newPerson } from '../../../core/domain/person.ts';
import { check } from '../../../core/guardrails/check.ts';
import { checkTimes } from '../../../core/guardrails/check-times.ts';
import { lookbackOf, signalsAsked } from '../../../core/guardrails/lookback.ts';
import { compileRules } from '../../../runtime/engine/eligibility.ts';
import { CLICK, DAY, HOUR, LEFT, NOON, ORDER, programme, variant } from '../../support/programmes.ts';

const contact = (at: number, changes: Partial<Contact> = {}): Contact => ({
  ...{ person: 'p', at, decision: `d${at}`, programme: 'another', channel: 'email', state: 'sent' },
  ...changes,
});
const signal = (name: string, at: number, changes: Partial<StoredSignal> = {}): StoredSignal => ({
  ...{ source: 's', id: `${name} ${at}`, at, name, values: {}, person: 'p' },
  ...changes,
});

interface Past {
  contacts?: Contact[];
  signals?: StoredSignal[];
  now?: number;
  blind?: boolean;
}

function asked(guardrails: Guardrails, { contacts = [], signals = [], now = NOON, blind }: Past) {
  const variants = [variant('mail'), variant('text', { channel: 'sms' })];
  const own = programme({ variants, guardrails, goal: { signals: [ORDER, LEFT] } });
  const stand = whatStands(signals, own);
  const given = { programme: own, person: newPerson('p', []), contacts, signals: stand, now, blind };
  return { ...given, standings: () => 'open' as const, rules: compileRules(own) };
}

function reasons(guardrails: Guardrails, past: Past): Record<string, string> {
  const { dropped } = check(asked(guardrails, past));
  return Object.fromEntries(dropped.map(({ option, detail }) => [option, detail]));
}

describe('rest after contacts nobody reacted to', () => {
  const rule: Guardrails = { suppressAfterIgnored: { count: 3, hours: 240 } };
  const three = [NOON - 9 * DAY, NOON - 6 * DAY, NOON - 2 * DAY].map((at) => contact(at));

  it('lasts from the last of them, on their channel, and says until when', () => {
    expect(reasons(rule, { contacts: three })).toEqual({
      mail: '3 email contacts without a reaction, 3 are enough; rests until 2026-12-01T12:00:00.000Z',
    });
    const end = Date.parse('2026-12-01T12:00:00.000Z');
    expect(reasons(rule, { contacts: three, now: end - 1 })).toHaveProperty('mail');
    expect(reasons(rule, { contacts: three, now: end })).toEqual({});
    expect(reasons(rule, { contacts: three.slice(1) })).toEqual({});
  });

  it('holds at times that are planned for while its contacts may still be sent', () => {
    const two = [NOON - HOUR, NOON - HOUR / 2];
    const waiting = two.map((at) => contact(at, { state: undefined, releasesAt: at + 2 * HOUR }));
    const given = asked({ suppressAfterIgnored: { count: 2, hours: 48 } }, { contacts: waiting });
    const times = [0, 1, 1.5, 2, 5].map((hours) => NOON + hours * HOUR);
    expect(checkTimes(given, times).open.get('mail')).toEqual([]);
  });

  it('ends when it said that it would, also where its contacts are no longer looked at or were given back', () => {
    const long: Guardrails = { suppressAfterIgnored: { count: 3, hours: 200 * 24 } };
    const told = (contacts: Contact[], now = NOON): string | undefined =>
      /until (\S+)$/.exec(reasons(long, { contacts, now }).mail ?? '')?.[1];
    const released = [
      ...three.slice(1),
      contact(NOON - HOUR, { state: undefined, releasesAt: NOON + 5 * DAY }),
    ];
    for (const [contacts, end] of [
      [three, NOON + 83 * DAY],
      [released, NOON + 5 * DAY],
      // a fourth takes the place of the first
      [[...three, contact(NOON - DAY)], NOON + 86 * DAY],
    ] as const) {
      expect(told([...contacts])).toBe(new Date(end).toISOString());
      expect(told([...contacts], end - 1)).toBe(new Date(end).toISOString());
      expect(told([...contacts], end)).toBeUndefined();
    }
  });

  it('does not count what is planned for later', () => {
    const planned = [...three.slice(1), contact(NOON + HOUR)];
    expect(reasons(rule, { contacts: planned })).toEqual({});
    expect(reasons(rule, { contacts: planned, now: NOON + HOUR })).toHaveProperty('mail');
  });

  it.each([
    ['a click', signal('email_clicked', NOON - 7 * DAY), false],
    ['what the goal counts', signal('Order Completed', NOON - 7 * DAY), false],
    ['a click before all of them', signal('email_clicked', NOON - 10 * DAY), true],
    ['an open by a machine', signal('email_opened', NOON - 7 * DAY, { machine: true }), true],
    ['what the goal counts against them', signal('unsubscribed', NOON - 7 * DAY), true],
    ['something else', signal('Page Viewed', NOON - 7 * DAY), true],
  ])('%s', (_, own, rests) => {
    expect('mail' in reasons(rule, { contacts: three, signals: [own] })).toBe(rests);
  });

  it.each([
    ['sms', 'sms_clicked', true],
    ['sms', 'smsClick', true],
    ['sms', 'Order Completed', true],
    ['sms', 'email_opened', false],
    ['sms', 'push_opened', false],
    ['push', 'Push Notification Tapped', true],
    ['push', 'Push Opened', true],
    ['push', 'email_clicked', false],
    ['in-app', 'In-App Message Clicked', true],
    ['in-app', 'inAppOpen', false],
    ['whatsapp', 'WhatsApp Read', true],
    ['content-card', 'content_card_clicked', true],
    ['content-card', 'Content Card Viewed', false],
    // told under another name, of which nobody knows which
    ['letterbox', 'email_opened', true],
  ])('of %s are answered by %s: %s', (channel, name, answered) => {
    const own = programme({ variants: [variant('a', { channel })], guardrails: rule });
    const contacts = three.map(({ at }) => contact(at, { channel }));
    const signals = [signal(name, NOON - DAY)];
    const { dropped } = check({ programme: own, person: newPerson('p', []), contacts, signals, now: NOON });
    expect(dropped.map(({ rule: because }) => because)).toEqual(answered ? [] : ['suppression']);
  });

  it('of a channel are answered on it also where the goal counts the answer', () => {
    const variants = [variant('mail'), variant('text', { channel: 'sms' })];
    const own = programme({ variants, guardrails: rule, goal: { signals: [ORDER, CLICK] } });
    const contacts = [
      ...three,
      ...three.map(({ at }) => contact(at, { channel: 'sms', decision: `s${at}` })),
    ];
    const given = { programme: own, person: newPerson('p', []), contacts, now: NOON };
    const signals = [signal('email_clicked', NOON - DAY)];
    expect(check({ ...given, signals }).dropped).toMatchObject([{ option: 'text', channel: 'sms' }]);
  });

  it('counts no contact that was aborted or released', () => {
    for (const change of [{ state: 'aborted' }, { state: undefined, releasesAt: NOON }] as const) {
      const contacts = [contact(NOON - 9 * DAY, change), ...three.slice(1)];
      expect(reasons(rule, { contacts })).toEqual({});
    }
  });
});

describe('rest after a signal', () => {
  const rule: Guardrails = { restAfterSignal: [{ signal: 'complained', hours: 48 }] };

  it('holds for every channel, and ends', () => {
    const signals = [signal('complained', NOON - HOUR)];
    const until = 'complained less than 48 h ago; rests until 2026-11-25T11:00:00.000Z';
    expect(reasons(rule, { signals })).toEqual({ mail: until, text: until });
    expect(reasons(rule, { signals, now: NOON + 47 * HOUR })).toEqual({});
  });
});

it('a rest says its numbers and its end as values', () => {
  const variants = [variant('mail')];
  const own = programme({
    variants,
    guardrails: { suppressAfterIgnored: { count: 2, hours: 240 } },
  });
  const contacts = [contact(NOON - 3 * DAY), contact(NOON - 2 * DAY)];
  const { dropped } = check({ programme: own, person: newPerson('p', []), contacts, now: NOON });
  expect(dropped[0]).toMatchObject({
    ...{ option: 'mail', rule: 'suppression', until: NOON + 8 * DAY },
    ...{ count: 2, limit: 2, hours: 240, channel: 'email' },
  });
  const rest = programme({
    variants,
    guardrails: { restAfterSignal: [{ signal: 'complained', hours: 48 }] },
  });
  const signals = [signal('complained', NOON - HOUR)];
  const given = { programme: rest, person: newPerson('p', []), contacts: [], signals, now: NOON };
  expect(check(given).dropped[0]).toMatchObject({ signal: 'complained', hours: 48, until: NOON + 47 * HOUR });
});

it('every rest has the end it says', () => {
  const both: Guardrails = {
    suppressAfterIgnored: { count: 2, hours: 100 },
    restAfterSignal: [{ signal: 'complained', hours: 60 }],
  };
  const times = fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 6 });
  fc.assert(
    fc.property(times, times, (contacted, complained) => {
      const contacts = contacted.map((hours, i) => contact(NOON - hours * HOUR, { decision: `d${i}` }));
      const signals = complained.map((hours, i) =>
        signal('complained', NOON - hours * HOUR, { id: `e${i}` }),
      );
      let now = NOON;
      for (let i = 0; i < 3; i++) {
        const reason = reasons(both, { contacts, signals, now }).mail;
        if (reason === undefined) return;
        const end = Date.parse(/rests until (\S+)$/.exec(reason)![1]!);
        expect(end).toBeGreaterThan(now);
        now = end;
      }
      expect(reasons(both, { contacts, signals, now })).toEqual({});
    }),
    { seed: 61, numRuns: 200 },
  );
});

it('objects when the person cannot be looked up', () => {
  const rules: Guardrails[] = [
    { suppressAfterIgnored: { count: 1, hours: 1 } },
    { restAfterSignal: [{ signal: 'complained', hours: 1 }] },
  ];
  for (const rule of rules) expect(Object.keys(reasons(rule, { blind: true }))).toEqual(['mail', 'text']);
});

describe('history in eligibility', () => {
  const eligible = (text: string, past: Past): string | undefined => reasons({ eligible: text }, past).mail;

  it('counts signals by name inside a window: an order once, a machine never', () => {
    const signals = [
      signal('Order Completed', NOON - DAY, { orderId: 'o1' }),
      signal('Order Completed', NOON - HOUR, { orderId: 'o1', source: 'other' }),
      signal('Order Completed', NOON - 30 * DAY, { orderId: 'o2' }),
      signal('email_opened', NOON - HOUR, { machine: true }),
    ];
    expect(eligible('history.count("Order Completed", "30d") == 1', { signals })).toBeUndefined();
    expect(eligible('history.count("Order Completed", "31d") == 2', { signals })).toBeUndefined();
    expect(eligible('history.count("email_opened", "90m") == 0', { signals })).toBeUndefined();
    expect(eligible('history.count("Order Completed", "30d") > 1', { signals })).toMatch(/ is false$/);
  });

  it('knows the last contact and its variant', () => {
    const contacts = [contact(NOON - 5 * DAY, { variant: 'a' }), contact(NOON - 2 * DAY, { variant: 'b' })];
    expect(eligible('history.lastVariant() == "b"', { contacts })).toBeUndefined();
    expect(eligible('now - history.lastContact() == duration("48h")', { contacts })).toBeUndefined();
    expect(eligible('now > history.lastContact()', {})).toMatch(/there is no contact/);
  });
});

it('of the past only what live programmes ask for is loaded, as far back as the longest asks', () => {
  const guardrails: Guardrails = {
    eligible: 'history.count("Order Completed", "30d") < 2 || history.count("Order Completed", "2h") < 1',
    caps: [{ per: 'person', count: 1, hours: 24 }],
    restAfterSignal: [{ signal: 'complained', hours: 48 }],
  };
  const own = programme({ guardrails });
  const past = lookbackOf([{ programme: own, rules: compileRules(own) }, { programme: programme() }]);
  // a message may be sent up to a week after the time it was for
  expect(past.contactsMs).toBe(DAY + 7 * DAY);
  expect(signalsAsked(past, NOON)).toEqual([
    { name: 'complained', since: NOON - 2 * DAY },
    { name: 'Order Completed', since: NOON - 30 * DAY },
    ...['Order Refunded', 'Order Cancelled'].map((name) => ({ name, since: NOON - 30 * DAY })),
  ]);
});
