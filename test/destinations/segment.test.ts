import { getActiveResourcesInfo } from 'node:process';
import nock from 'nock';
import { describe, expect, it } from 'vitest';
import type { Transport } from '../../core/contracts/destination.ts';
import { Fault } from '../../core/contracts/faults.ts';
import type { HttpRequest, HttpResponse } from '../../core/contracts/http.ts';
import type { Outcome } from '../../core/domain/outcome.ts';
import { segment } from '../../destinations/segment/index.ts';
import { axiosTransport } from '../../runtime/delivery/axios-transport.ts';
import { intoBatches } from '../../runtime/delivery/batches.ts';
import { outcome, outcomes } from '../support/delivery.ts';
import { useStrictNock } from '../support/strict-nock.ts';

useStrictNock();

const NOW = Date.parse('2026-11-22T05:00:00Z');
const settings = segment.settings.parse({ writeKey: 'wk-1' });
const OK: HttpResponse = { status: 200, headers: {}, body: '{"success":true}' };

interface WireEvent {
  messageId: string;
  [name: string]: unknown;
}

function send(batch: readonly Outcome[], transport: Transport, given = settings) {
  return segment.deliver?.(batch, given, transport) ?? expect.unreachable('segment has a deliver');
}

/** What the SDK makes of a batch, request by request. */
async function requestsFor(batch: readonly Outcome[], answer = OK): Promise<HttpRequest[]> {
  const requests: HttpRequest[] = [];
  const response = await send(batch, (request) => {
    requests.push(request);
    return Promise.resolve(answer);
  });
  expect(response).toBe(answer);
  return requests;
}

function eventsOf(request: HttpRequest | undefined): WireEvent[] {
  return (JSON.parse(request?.body ?? '{"batch":[]}') as { batch: WireEvent[] }).batch;
}

const textOf = (bytes: number) => outcome('large', { properties: { text: 'x'.repeat(bytes) } });

describe('settings', () => {
  it('send both kinds to the American endpoint unless told otherwise', () => {
    expect(settings).toEqual({
      writeKey: 'wk-1',
      host: 'https://api.segment.io',
      send: ['decision', 'reward'],
    });
    expect(() => segment.settings.parse({ writeKey: '' })).toThrow();
    expect(() => segment.settings.parse({ writeKey: 'w', host: 'api.segment.io' })).toThrow();
  });

  it('keep the write key out of the account', () => {
    expect(segment.secrets).toEqual(['writeKey']);
    expect(segment.account(settings)).not.toContain('wk-1');
  });
});

describe('accepts', () => {
  it('takes people whom Segment knows and kinds that are wanted', () => {
    const accepts = (extra: Partial<Outcome>, given = settings) =>
      segment.accepts(outcome('a', extra), given);
    expect(accepts({ aliases: ['user:u'] })).toBe(true);
    expect(accepts({ aliases: ['anonymous:x'] })).toBe(true);
    expect(accepts({ aliases: ['braze:b', 'email:00'] })).toBe(false);
    expect(accepts({ kind: 'decision' }, { ...settings, send: ['reward'] })).toBe(false);
  });
});

describe('a request', () => {
  it('goes to /v1/batch with the write key, and carries track events', async () => {
    const at = Date.parse('2026-11-22T04:26:40Z');
    const batch = [
      outcome('m-1', { at, aliases: ['anonymous:x', 'user:u-1'] }),
      outcome('m-2', { at, kind: 'decision', aliases: ['anonymous:x'] }),
    ];
    let seen: unknown;
    nock('https://api.segment.io', { reqheaders: { authorization: `Basic ${btoa('wk-1:')}` } })
      .post('/v1/batch', (body) => Boolean((seen = body)))
      .reply(200, { success: true });
    const response = await send(batch, axiosTransport(1000));
    expect(segment.decode(response, batch, NOW)).toEqual([
      { id: 'm-1', ok: true },
      { id: 'm-2', ok: true },
    ]);
    const common = {
      type: 'track',
      timestamp: '2026-11-22T04:26:40.000Z',
      context: { integration: { name: 'pickwell', version: '1' } },
    };
    expect(seen).toMatchObject({
      batch: [
        {
          ...common,
          event: 'Pickwell Reward',
          userId: 'u-1',
          messageId: 'm-1',
          properties: batch[0]?.properties,
        },
        { ...common, event: 'Pickwell Decision', anonymousId: 'x', messageId: 'm-2' },
      ],
    });
    expect((seen as { batch: object[] }).batch[0]).not.toHaveProperty('anonymousId');
  });

  it.each([1, 2, 15, 16, 400, 2500])(
    'is exactly one for a batch of %i, and leaves nothing running',
    async (count) => {
      const batch = outcomes(count);
      const timers = () => getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
      const before = timers();
      const requests = await requestsFor(batch);
      expect(requests).toHaveLength(1);
      expect(eventsOf(requests[0]).map(({ messageId }) => messageId)).toEqual(batch.map(({ id }) => id));
      expect(timers()).toBeLessThanOrEqual(before);
    },
  );

  it('is one for the largest batch that fits, in every script', async () => {
    const texts = ['x', 'i', '%', 'é', '漢', '🙂', '"', '\n', '\ud800'];
    for (const text of texts) {
      const items = Array.from({ length: 40 }, (_, index) =>
        outcome(`m-${index}`, {
          properties: { text: text.repeat(30_000 / Buffer.byteLength(JSON.stringify(text))) },
        }),
      );
      const bytesOf = (item: Outcome) => Buffer.byteLength(segment.encodeItem(item, settings));
      const { batches, oversize } = intoBatches(items, segment.limits(settings), bytesOf);
      expect(oversize).toEqual([]);
      for (const batch of batches) {
        const requests = await requestsFor(batch);
        expect(requests.map((request) => eventsOf(request).length)).toEqual([batch.length]);
        expect(Buffer.byteLength(requests[0]?.body ?? '')).toBeLessThan(500_000);
      }
    }
  });

  it('has items no longer than encodeItem says', async () => {
    const batch = [outcome('a'), outcome('b', { aliases: ['anonymous:x'], properties: { text: '漢"\n' } })];
    const wire = eventsOf((await requestsFor(batch))[0]).map((event) =>
      Buffer.byteLength(JSON.stringify(event)),
    );
    const said = batch.map((each) => Buffer.byteLength(segment.encodeItem(each, settings)));
    said.forEach((bytes, index) => {
      expect(bytes).toBeGreaterThanOrEqual(wire[index] ?? Infinity);
      expect(bytes).toBeLessThan((wire[index] ?? 0) + 40);
    });
  });

  it('is never made with an event of more than 32 KB, which the SDK would let through', async () => {
    const limit = segment.limits(settings).bytesPerItem.value;
    expect(Buffer.byteLength(segment.encodeItem(textOf(40 * 1024), settings))).toBeGreaterThan(limit);
    expect(Buffer.byteLength(segment.encodeItem(textOf(31 * 1024), settings))).toBeLessThan(limit);
    expect(await requestsFor([textOf(40 * 1024)])).toHaveLength(1);
  });

  it('is not made at all where the SDK would send a part of the batch', async () => {
    const calls: HttpRequest[] = [];
    const transport: Transport = (request) => Promise.resolve((calls.push(request), OK));
    const refused = '"'.repeat(40 * 1024);
    const batch = [outcome('a'), outcome('b', { properties: { text: refused } }), outcome('c')];
    const before = performance.now();
    await expect(send(batch, transport)).rejects.toMatchObject({ kind: 'invalid' });
    const invalid = [
      outcome('a'),
      { ...outcome('b'), properties: undefined as never, aliases: [] },
      outcome('c'),
    ];
    (invalid[1] as { id: unknown }).id = 7;
    await expect(send(invalid, transport)).rejects.toMatchObject({ kind: 'invalid' });
    expect(performance.now() - before).toBeLessThan(1000);
    await new Promise((resolve) => setTimeout(resolve, 5500));
    expect(calls).toEqual([]);
  });
});

describe('an answer', () => {
  it.each([400, 401, 413, 429, 500, 503, 302])(
    'of %i is handed on as it is, after one request',
    async (status) => {
      const answer = { status, headers: { 'retry-after': '300' }, body: 'no' };
      const before = performance.now();
      expect(await requestsFor(outcomes(3), answer)).toHaveLength(1);
      expect(performance.now() - before).toBeLessThan(400);
    },
  );

  it('that never came rejects with the fault of the transport, after one request', async () => {
    const fault = new Fault('unavailable', 'no response: ECONNRESET');
    let calls = 0;
    const transport: Transport = () => Promise.reject((calls++, fault));
    await expect(send(outcomes(3), transport)).rejects.toBe(fault);
    expect(calls).toBe(1);
  });

  it.each([
    [302, 'settings'],
    [400, 'invalid'],
    [401, 'auth'],
    [403, 'auth'],
    [404, 'settings'],
    [413, 'invalid'],
    [429, 'rate-limited'],
    [408, 'unavailable'],
    [500, 'unavailable'],
    [503, 'unavailable'],
  ])('of %i is a fault of kind %s for all', (status, kind) => {
    const deliveries = segment.decode({ ...OK, status }, outcomes(2), NOW);
    expect(deliveries).toMatchObject([
      { id: 'o-0', ok: false, fault: { kind } },
      { id: 'o-1', ok: false, fault: { kind } },
    ]);
  });

  it.each([
    [{ 'retry-after': '30' }, 30_000],
    [{ 'retry-after': 'Sun, 22 Nov 2026 05:01:00 GMT' }, 60_000],
    [{ 'retry-after': '-5' }, 1000],
    [{ 'retry-after': '1000000000' }, 3_600_000],
    [{ 'x-ratelimit-reset': '20' }, 20_000],
    [{ 'x-ratelimit-reset': String(NOW / 1000 + 20) }, 20_000],
    [{ 'retry-after': 'soon', 'x-ratelimit-reset': 'later' }, undefined],
    [{}, undefined],
  ])('of 429 with %j waits %s ms', (headers, retryAfterMs) => {
    const [delivery] = segment.decode({ status: 429, headers, body: '' }, outcomes(1), NOW);
    expect(delivery?.ok === false && delivery.fault.retryAfterMs).toBe(retryAfterMs);
  });
});
