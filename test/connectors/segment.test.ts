import { describe, expect, it } from 'vitest';
import { segment } from '../../connectors/segment/index.ts';
import { AT, RECEIVED_AT, eventsOf, post, timestamp, track } from '../support/segment-events.ts';

const [route] = segment.routes;

/**
 * Minimal payloads by type.
 * Source: segmentio/segment-docs src/connections/destinations/catalog/webhooks/index.md, read 2026-11-22
 */
const DOCUMENTED = [
  {
    version: 1,
    type: 'track',
    userId: 'u',
    event: 'Purchased an Item',
    properties: { revenue: '39.95' },
    timestamp,
  },
  { version: 1, type: 'identify', userId: 'u', traits: { email: 'a@b.c', name: 'A' }, timestamp },
  { version: 1, type: 'page', userId: 'u', name: 'Home', properties: { path: '/pricing' }, timestamp },
  {
    version: 1,
    type: 'screen',
    userId: 'u',
    name: 'Main Screen',
    context: { device: {}, os: {}, app: {} },
    timestamp,
  },
  { version: 1, type: 'group', userId: 'u', groupId: 'g', traits: { name: 'Initech' }, timestamp },
  { version: 1, type: 'alias', previousId: 'anon', userId: 'u', timestamp },
  { type: 'delete', userId: 'u', timestamp },
];

describe('the documented payloads', () => {
  it('become events, or are ignored', () => {
    const parsed = route.parse(post(DOCUMENTED));
    const id = expect.stringMatching(/^[0-9a-f]{64}$/) as string;
    const base = { source: 'segment', id, at: AT };
    expect(parsed).toEqual({
      events: [
        {
          ...base,
          type: 'signal',
          person: { userId: 'u' },
          name: 'Purchased an Item',
          values: { revenue: 39.95 },
        },
        {
          ...base,
          type: 'identify',
          person: { userId: 'u', email: 'a@b.c' },
          traits: { email: 'a@b.c', name: 'A' },
        },
        {
          ...base,
          type: 'alias',
          person: { userId: 'u' },
          previous: { userId: 'anon', anonymousId: 'anon' },
        },
        { ...base, type: 'delete', person: { userId: 'u' } },
      ],
      indices: [0, 1, 5, 6],
      rejected: [],
      ignored: 3,
    });
  });

  it('come one by one, as an array or as a batch', () => {
    const [first] = DOCUMENTED;
    const single = eventsOf(first);
    expect(single).toHaveLength(1);
    expect(eventsOf([first])).toEqual(single);
    expect(eventsOf({ batch: [first] })).toEqual(single);
  });

  it('come in any case, unknown types included', () => {
    const parsed = route.parse(post([track('A', {}, { type: 'Track' }), { type: 'Record', userId: 'u' }]));
    expect(parsed.events.map(({ type }) => type)).toEqual(['signal']);
    expect(parsed.ignored).toBe(1);
  });

  it('may spell an alias as the documentation does', () => {
    const [event] = eventsOf({ type: 'alias', 'Previous ID': 'old', 'User ID': 'new', timestamp });
    expect(event).toMatchObject({
      person: { userId: 'new' },
      previous: { userId: 'old', anonymousId: 'old' },
    });
  });

  it.each(['', '{', '"text"', '3', 'null'])('are not the body %j', (body) => {
    expect(() => route.parse(post(body))).toThrowError(expect.objectContaining({ kind: 'invalid' }));
  });
});

describe('identity', () => {
  it('says where the person is, unless a trait does', () => {
    const context = { timezone: 'Asia/Tokyo' };
    const call = { type: 'identify', userId: 'u', context };
    expect(eventsOf({ ...call, traits: { a: 1 } })[0]).toHaveProperty('traits', { a: 1, ...context });
    const traits = { timezone: 'Europe/Berlin' };
    expect(eventsOf({ ...call, traits })[0]).toHaveProperty('traits', traits);
    expect(eventsOf({ ...call, context: { timezone: 9 } })[0]).toHaveProperty('traits', {});
  });

  it('keeps every id of an identify call', () => {
    const [event] = eventsOf({ type: 'identify', messageId: 'm', userId: 7, anonymousId: 'a', timestamp });
    expect(event).toMatchObject({ id: 'm', person: { userId: '7', anonymousId: 'a' } });
  });

  it('takes the e-mail of the context for a track call', () => {
    const context = { traits: { email: 'a@b.c' } };
    const [event] = eventsOf({ type: 'track', event: 'A', context, timestamp });
    expect(event?.person).toEqual({ email: 'a@b.c' });
  });

  it.each([
    ['no id at all', track('A', {}, { userId: null }), 'no userId, anonymousId or e-mail'],
    [
      'a long messageId',
      track('A', {}, { messageId: 'x'.repeat(101) }),
      'messageId: longer than 100 characters',
    ],
    ['a track call without a name', track(''), 'a track call without an event name'],
    ['an alias without a previous id', { type: 'alias', userId: 'u' }, 'no previousId'],
    ['deep nesting', JSON.parse(`${'{"type":'.repeat(40)}1${'}'.repeat(40)}`), 'nested more than 32 deep'],
    ['text', 'text', expect.stringContaining('expected object')],
  ])('rejects %s alone', (_case, item: unknown, message) => {
    const parsed = route.parse(post([item, track('B')]));
    expect(parsed.events).toMatchObject([{ name: 'B' }]);
    expect(parsed.indices).toEqual([1]);
    expect(parsed.rejected).toEqual([expect.objectContaining({ index: 0, message: message as string })]);
  });

  it('accepts a messageId of 100 characters', () => {
    expect(eventsOf(track('A', {}, { messageId: 'x'.repeat(100) }))).toHaveLength(1);
  });

  it('derives a missing messageId from the content, whatever the order of its keys', () => {
    const [one] = eventsOf({
      type: 'track',
      userId: 'u',
      event: 'A',
      properties: { a: 1, b: [{ c: 1, d: 2 }] },
    });
    const [same] = eventsOf({
      properties: { b: [{ d: 2, c: 1 }], a: 1 },
      event: 'A',
      userId: 'u',
      type: 'track',
    });
    const [other] = eventsOf({
      type: 'track',
      userId: 'u',
      event: 'A',
      properties: { a: 2, b: [{ c: 1, d: 2 }] },
    });
    expect(same?.id).toBe(one?.id);
    expect(other?.id).not.toBe(one?.id);
  });

  it('drops names that reach a prototype', () => {
    const traits = '{"__proto__":{"x":1},"constructor":1,"nested":{"prototype":1,"kept":1}}';
    const [event] = eventsOf(`{"type":"identify","messageId":"m","userId":"u","traits":${traits}}`);
    expect(event).toHaveProperty('traits', { nested: { kept: 1 } });
  });
});

describe('time', () => {
  it.each([
    ['timestamp', { timestamp, originalTimestamp: '2026-11-22T01:00:00Z' }, AT],
    ['originalTimestamp', { originalTimestamp: timestamp, receivedAt: '2026-11-22T11:30:00Z' }, AT],
    ['receivedAt', { receivedAt: timestamp, timestamp: 'soon' }, AT],
    ['its arrival', {}, RECEIVED_AT],
    ['its arrival, never the future', { timestamp: '2026-11-22T12:00:01Z' }, RECEIVED_AT],
    ['UTC where no zone is given', { timestamp: '2026-11-22T11:00:00' }, AT],
    ['its offset', { timestamp: '2026-11-22T12:00:00+01:00' }, AT],
  ])('is %s', (_name, times: object, at) => {
    expect(eventsOf({ type: 'track', userId: 'u', event: 'A', ...times })[0]?.at).toBe(at);
  });
});

describe('consent', () => {
  const consent = { categoryPreferences: { marketing: true, ads: false, odd: 'yes' } };

  it('is part of an identify call', () => {
    const [event] = eventsOf({ type: 'identify', userId: 'u', traits: { a: 1 }, context: { consent } });
    expect(event).toMatchObject({ traits: { a: 1 }, consent: { marketing: true, ads: false, odd: false } });
  });

  it.each([
    ['Product Viewed', ['signal', 'identify']],
    ['Segment Consent Preference Updated', ['signal', 'identify']],
  ])('comes beside the track call %s', (name, types) => {
    const parsed = route.parse(post([track(name, {}, { context: { consent } })]));
    expect(parsed.events.map(({ type }) => type)).toEqual(types);
    expect(parsed.events[1]).toMatchObject({
      id: 'm1#consent',
      traits: {},
      consent: { marketing: true, ads: false },
    });
    expect(parsed.indices).toEqual([0, 0]);
  });

  it('is taken from types that are otherwise ignored', () => {
    const parsed = route.parse(post({ type: 'page', messageId: 'p', userId: 'u', context: { consent } }));
    expect(parsed).toMatchObject({ events: [{ type: 'identify', id: 'p#consent' }], ignored: 0 });
  });

  it('does not bring back a person who is to be deleted', () => {
    expect(eventsOf({ type: 'delete', userId: 'u', context: { consent } })).toMatchObject([
      { type: 'delete' },
    ]);
  });

  it.each([
    ['no consent object', {}, undefined],
    ['an empty consent object', { consent: {} }, {}],
    ['no preferences', { consent: { categoryPreferences: {} } }, {}],
  ])('tells %s apart', (_case, context, expected) => {
    const [event] = eventsOf({ type: 'identify', userId: 'u', context });
    expect(event?.type === 'identify' ? event.consent : 'no identify').toEqual(expected);
  });
});
