import nock from 'nock';
import { describe, expect, it } from 'vitest';
import type { HttpResponse } from '../../core/contracts/http.ts';
import type { Outcome } from '../../core/domain/outcome.ts';
import { braze } from '../../destinations/braze/index.ts';
import { axiosTransport } from '../../runtime/delivery/axios-transport.ts';
import { outcome, outcomes } from '../support/delivery.ts';
import { useStrictNock } from '../support/strict-nock.ts';

useStrictNock();

const HOST = 'https://rest.fra-01.braze.eu';
const NOW = Date.parse('2026-11-22T05:00:00Z');
const configured = { apiKey: 'key-1', restEndpoint: HOST };
const settings = braze.settings.parse(configured);

function encode(batch: readonly Outcome[], given = settings) {
  return braze.encode?.(batch, given) ?? expect.unreachable('braze has an encode');
}

async function deliver(batch: readonly Outcome[], given = settings) {
  return braze.decode(await axiosTransport(1000)(encode(batch, given)), batch, NOW);
}

function decode(response: Partial<HttpResponse>, count = 3) {
  return braze.decode({ status: 201, headers: {}, body: '', ...response }, outcomes(count), NOW);
}

/** The fault that all deliveries share. */
function faultOf(response: Partial<HttpResponse>) {
  const deliveries = decode(response);
  const faults = deliveries.map((delivery) => (delivery.ok ? undefined : delivery.fault));
  expect(deliveries.map(({ id }) => id)).toEqual(['o-0', 'o-1', 'o-2']);
  expect(new Set(faults).size).toBe(1);
  return faults[0] ?? expect.unreachable('there is a fault');
}

describe('settings', () => {
  it('fills in what the documentation gives and derives no endpoint', () => {
    expect(settings).toEqual({
      ...configured,
      batchSize: 50,
      send: ['reward'],
      requests: 3000,
      windowMs: 3000,
    });
    expect(() => braze.settings.parse({ apiKey: 'k' })).toThrow();
    expect(() => braze.settings.parse({ ...configured, apiKey: ' ' })).toThrow();
    expect(() => braze.settings.parse({ ...configured, restEndpoint: 'rest.fra-01.braze.eu' })).toThrow();
    expect(() => braze.settings.parse({ ...configured, batchSize: 76 })).toThrow();
  });

  it('makes the limits, each with source and date', () => {
    const usual = braze.limits(settings);
    expect([usual.requests.value, usual.windowMs.value, usual.itemsPerRequest.value]).toEqual([
      3000, 3000, 50,
    ]);
    const own = braze.limits({ ...settings, requests: 50, windowMs: 1000, batchSize: 75 });
    expect([own.requests.value, own.windowMs.value, own.itemsPerRequest.value]).toEqual([50, 1000, 75]);
    for (const { maxConcurrent, ...sourced } of [usual, own]) {
      expect(maxConcurrent).toBeGreaterThan(0);
      for (const { source, date } of Object.values(sourced)) {
        expect(source).not.toBe('');
        expect(date).toMatch(/^\d{4}-\d{2}-\d{2}$/);
      }
    }
  });

  it('keeps the key out of the account', () => {
    expect(braze.secrets).toEqual(['apiKey']);
    expect(braze.account(settings)).not.toContain('key-1');
  });
});

describe('accepts', () => {
  it('takes rewards of people whom Braze knows', () => {
    const accepts = (extra: Partial<Outcome>) => braze.accepts(outcome('a', extra), settings);
    expect(accepts({})).toBe(true);
    expect(accepts({ aliases: ['braze:b-1'] })).toBe(true);
    expect(accepts({ aliases: ['anonymous:x', 'email:00'] })).toBe(false);
    expect(accepts({ kind: 'decision' })).toBe(false);
    expect(braze.accepts(outcome('a', { kind: 'decision' }), { ...settings, send: ['decision'] })).toBe(true);
  });
});

describe('a request', () => {
  it('carries custom events, as the reference of /users/track shows them', async () => {
    const byBrazeId = outcome('b', { aliases: ['braze:b-1'], kind: 'decision' });
    nock(HOST, { reqheaders: { authorization: 'Bearer key-1', 'content-type': 'application/json' } })
      .post('/users/track', {
        events: [
          {
            external_id: 'u-a',
            app_id: 'app-1',
            name: 'pickwell_reward',
            time: '2026-11-22T04:26:40.000Z',
            properties: { decision_id: 'd-a', programme: 'welcome', reward: 1.5, outcome_id: 'a' },
          },
          {
            braze_id: 'b-1',
            app_id: 'app-1',
            name: 'pickwell_decision',
            time: '2026-11-22T04:26:40.000Z',
            properties: { decision_id: 'd-b', programme: 'welcome', reward: 1.5, outcome_id: 'b' },
          },
        ],
      })
      .reply(201, { message: 'success', events_processed: 2 });
    const at = Date.parse('2026-11-22T04:26:40Z');
    const batch = [
      outcome('a', { at, aliases: ['anonymous:x', 'user:u-a', 'braze:b-9'] }),
      { ...byBrazeId, at },
    ];
    expect(await deliver(batch, { ...settings, appId: 'app-1' })).toEqual([
      { id: 'a', ok: true },
      { id: 'b', ok: true },
    ]);
  });

  it('is the same for the same outcomes, and as long as its items say', () => {
    const batch = outcomes(50);
    const { body, url } = encode(batch);
    const items = batch.map((each) => braze.encodeItem(each, settings));
    expect(encode(batch).body).toBe(body);
    expect(Buffer.byteLength(body)).toBe(
      '{"events":[]}'.length + items.reduce((sum, item) => sum + Buffer.byteLength(item), 0) + 49,
    );
    expect(encode(batch, { ...settings, restEndpoint: `${HOST}/` }).url).toBe(url);
  });
});

describe('an answer', () => {
  it.each([
    ['plain success', { status: 201, body: '{"message":"success","events_processed":3}' }],
    ['queued in maintenance', { status: 202, body: '{"message":"queued"}' }],
    ['no body', { status: 200, body: '' }],
    ['a body that is no JSON', { status: 200, body: '<html>' }],
    ['a list', { status: 200, body: '[1]' }],
    ['null', { status: 200, body: 'null' }],
    ['errors that are no list', { status: 200, body: '{"errors":"none"}' }],
    ['errors of another array', { body: '{"errors":[{"type":"x","input_array":"purchases","index":1}]}' }],
    ['errors without an index', { body: '{"errors":["x",null,{"type":"x","index":"one"},{"index":99}]}' }],
  ])('that is %s takes all', (_name, response) => {
    expect(decode(response)).toEqual(outcomes(3).map(({ id }) => ({ id, ok: true })));
  });

  it('may refuse single events', () => {
    // https://www.braze.com/docs/api/errors "minor errors", 2026-11-22
    const error = {
      type: "'external_id' or 'braze_id' or 'user_alias' is required",
      input_array: 'events',
      index: 0,
    };
    const body = JSON.stringify({ message: 'success', errors: [error, 'odd', { index: 2 }] });
    const deliveries = decode({ body });
    expect(deliveries.map(({ ok }) => ok)).toEqual([false, true, false]);
    expect(deliveries[0]).toMatchObject({
      id: 'o-0',
      fault: { kind: 'rejected', detail: error.type, retry: false },
    });
    expect(deliveries[2]).toMatchObject({ id: 'o-2', fault: { kind: 'rejected' } });
  });

  it.each([
    [301, 'settings'],
    [400, 'invalid'],
    [401, 'auth'],
    [403, 'auth'],
    [404, 'settings'],
    [408, 'unavailable'],
    [413, 'invalid'],
    [429, 'rate-limited'],
    [500, 'unavailable'],
    [502, 'unavailable'],
    [503, 'unavailable'],
  ])('with status %i is a fault of kind %s for all', (status, kind) => {
    const fault = faultOf({ status, body: '{"message":"no","errors":[{"index":0,"input_array":"events"}]}' });
    expect(fault.kind).toBe(kind);
    expect(fault.detail).toContain(String(status));
  });

  it.each([
    [{ 'retry-after': '30' }, 30_000],
    [{ 'retry-after': 'Sun, 22 Nov 2026 05:01:00 GMT' }, 60_000],
    [{ 'retry-after': 'Sun, 22 Nov 2026 04:00:00 GMT' }, 1000],
    [{ 'retry-after': '0' }, 1000],
    [{ 'retry-after': '-5' }, 1000],
    [{ 'retry-after': '1000000000' }, 3_600_000],
    [{ 'x-ratelimit-reset': String(NOW / 1000 + 7) }, 7000],
    [{ 'x-ratelimit-reset': String(NOW / 1000 - 7) }, 1000],
    [{ 'x-ratelimit-reset': '99999999999999' }, 3_600_000],
    [{ 'retry-after': 'soon', 'x-ratelimit-reset': String(NOW / 1000 + 7) }, 7000],
    [{ 'retry-after': '', 'x-ratelimit-reset': ' ' }, undefined],
    [{ 'retry-after': 'soon' }, undefined],
    [{}, undefined],
  ])('of 429 and 503 with %j waits %s ms', (headers, waitMs) => {
    expect(faultOf({ status: 429, headers }).retryAfterMs).toBe(waitMs);
    expect(faultOf({ status: 503, headers }).retryAfterMs).toBe(waitMs);
    expect(faultOf({ status: 500, headers }).retryAfterMs).toBeUndefined();
  });
});

it('delivers over the network what the platform answers', async () => {
  nock(HOST)
    .post('/users/track')
    .reply(429, { message: 'slow down' }, { 'X-RateLimit-Reset': String(NOW / 1000 + 3) });
  expect(await deliver(outcomes(1))).toMatchObject([{ fault: { kind: 'rate-limited', retryAfterMs: 3000 } }]);
});
