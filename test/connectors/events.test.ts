import { expect, it } from 'vitest';
import { events } from '../../connectors/events/index.ts';
import type { InboundRequest } from '../../core/contracts/http.ts';

const [route] = events.routes;
const RECEIVED_AT = Date.parse('2026-11-22T12:00:00Z');

function post(body: unknown): InboundRequest {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return {
    method: 'POST',
    path: '/v1/events',
    query: {},
    headers: {},
    body: new TextEncoder().encode(text),
    scopes: ['ingest'],
    receivedAt: RECEIVED_AT,
  };
}

const person = { userId: 'u-1' };

it('takes every type', () => {
  const time = '2026-11-22T11:00:00+01:00';
  const items = [
    {
      id: '1',
      type: 'signal',
      person,
      name: 'Order Completed',
      time,
      decision_id: 'dec_1',
      send: 's-1',
      order_id: 42,
      properties: { revenue: '39.95', items: 2, note: 'n/a' },
    },
    { id: '2', type: 'identify', person, time, traits: { plan: 'pro' }, consent: { marketing: false } },
    { id: '3', type: 'alias', person, time, previous: { anonymousId: 'a-1' } },
    { id: '4', type: 'subscription', person, time, channel: 'email', state: 'unsubscribed' },
    { id: '5', type: 'delete', person, time },
  ];
  const at = Date.parse('2026-11-22T10:00:00Z');
  const base = { source: 'events', at, person };
  expect(route.parse(post({ events: items }))).toEqual({
    events: [
      {
        ...base,
        id: '1',
        type: 'signal',
        name: 'Order Completed',
        decisionId: 'dec_1',
        send: 's-1',
        orderId: '42',
        values: { revenue: 39.95, items: 2 },
      },
      { ...base, id: '2', type: 'identify', traits: { plan: 'pro' }, consent: { marketing: false } },
      { ...base, id: '3', type: 'alias', previous: { anonymousId: 'a-1' } },
      { ...base, id: '4', type: 'subscription', channel: 'email', state: 'unsubscribed' },
      { ...base, id: '5', type: 'delete' },
    ],
    indices: [0, 1, 2, 3, 4],
    rejected: [],
    ignored: 0,
  });
});

it('rejects bad items alone and says what is wrong with them', () => {
  const good = { id: 'ok', type: 'delete', person };
  const deep = JSON.parse('{"a":'.repeat(40) + '1' + '}'.repeat(40)) as unknown;
  const items = [
    { id: 'nobody', type: 'delete', person: {} },
    { id: 'unknown', type: 'page', person },
    { id: 'nameless', type: 'signal', person },
    { type: 'delete', person },
    'text',
    { id: 'deep', type: 'identify', person, traits: deep },
    { id: 'late', type: 'delete', person, time: 'yesterday' },
    good,
  ];
  const parsed = route.parse(post({ events: items }));
  expect(parsed.events.map(({ id }) => id)).toEqual(['ok']);
  expect(parsed.indices).toEqual([7]);
  expect(parsed.rejected.map(({ index, id }) => [index, id])).toEqual([
    [0, 'nobody'],
    [1, 'unknown'],
    [2, 'nameless'],
    [3, undefined],
    [4, undefined],
    [5, 'deep'],
    [6, 'late'],
  ]);
  expect(parsed.rejected[0]?.message).toBe('person: names nobody');
  expect(parsed.rejected[2]?.message).toMatch(/^name: /);
  expect(parsed.rejected[5]?.message).toBe('nested more than 32 deep');
});

it('takes ms since 1970, no time and a future time', () => {
  const times = [{ time: 1_763_800_000_000 }, {}, { time: '2027-01-01T00:00:00Z' }];
  const items = times.map((time, index) => ({ id: String(index), type: 'delete', person, ...time }));
  const at = route.parse(post({ events: items })).events.map((event) => event.at);
  expect(at).toEqual([1_763_800_000_000, RECEIVED_AT, RECEIVED_AT]);
});

it('S9: drops names that reach a prototype', () => {
  const traits = '{"__proto__":{"x":1},"constructor":1,"nested":{"prototype":1,"kept":1}}';
  const body = `{"events":[{"id":"1","type":"identify","person":{"userId":"u"},"traits":${traits}}]}`;
  const [event] = route.parse(post(body)).events;
  expect(event).toHaveProperty('traits', { nested: { kept: 1 } });
});

it.each(['', '{', '[]', '{}', '{"events":{}}', 'null'])('refuses the body %j', (body) => {
  expect(() => route.parse(post(body))).toThrowError(expect.objectContaining({ kind: 'invalid' }));
});
