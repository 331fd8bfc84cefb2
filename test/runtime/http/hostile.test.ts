import { createSign, generateKeyPairSync } from 'node:crypto';
import { request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../../support/delivery.ts';
import type { Running } from '../../support/running.ts';
import { run } from '../../support/running.ts';

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const another = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const MB = 1024 * 1024;

let running: Running;
beforeAll(async () => {
  running = await run({
    sendgrid: { publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64') },
    'braze-currents': { token: 'the token of the export' },
    segment: { sharedSecret: 'shared' },
  });
});
afterAll(() => running.stop());

/** What is answered, once it is known to be a problem that tells nothing of the inside. */
async function refusal(response: Response): Promise<number> {
  const text = await response.text();
  expect(response.headers.get('content-type'), text).toContain('application/problem+json');
  expect(JSON.parse(text)).toMatchObject({ status: response.status });
  expect(text).not.toMatch(/node_modules|at \w+ \(|\.ts:/);
  return response.status;
}

async function stillWell(): Promise<void> {
  const answer = await running.call('decide', '/v1/decide?programme=welcome&user=well&send=s');
  expect(await answer.json()).toMatchObject({ rung: 'full' });
  expect(running.log.filter((line) => line.includes('"bug"'))).toEqual([]);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
}

describe('a request that proves nothing', () => {
  test('is refused on every route that is not for everybody, with a key missing, wrong, cut short or too long', async () => {
    const { paths } = (await (await fetch(`${running.base}/openapi.json`)).json()) as {
      paths: Record<string, Record<string, unknown>>;
    };
    const real = running.key('admin');
    const wrong = ['', 'x', real.slice(0, -1), `${real}x`, real.toUpperCase(), 'ключ'.repeat(3)];
    const open: string[] = [];
    for (const [path, methods] of Object.entries(paths)) {
      for (const method of Object.keys(methods)) {
        const url = `${running.base}${path.replaceAll(/\{\w+\}/g, 'x')}`;
        for (const key of [undefined, ...wrong]) {
          const headers: Record<string, string> =
            key === undefined ? {} : { authorization: `Bearer ${Buffer.from(key).toString('latin1')}` };
          const body = method === 'get' || method === 'delete' ? undefined : '{}';
          const response = await fetch(url, { method: method.toUpperCase(), headers, body });
          if (response.status === 401) await refusal(response);
          else open.push(path);
        }
      }
    }
    expect([...new Set(open)].sort()).toEqual([
      '/health',
      '/manifest.json',
      '/metrics',
      '/openapi.json',
      '/ready',
    ]);
  });

  test('is refused by webhooks whatever the length of its signature, and counts once however often it comes', async () => {
    const events = [
      { event: 'open', email: 'a@example.com', timestamp: 1_795_325_024, sg_event_id: 'replayed' },
    ];
    const body = JSON.stringify(events);
    const sign = (text: string, key = privateKey): string =>
      createSign('sha256').update(`1795325024${text}`).sign(key, 'base64');
    const deliver = (signature: string | undefined, timestamp = '1795325024'): Promise<Response> =>
      fetch(`${running.base}/webhooks/sendgrid`, {
        method: 'POST',
        body,
        headers: {
          'x-twilio-email-event-webhook-timestamp': timestamp,
          ...(signature !== undefined && { 'x-twilio-email-event-webhook-signature': signature }),
        },
      });
    const good = sign(body);
    const bad = [undefined, '', 'x', good.slice(0, 20), sign(`${body} `), sign(body, another)];
    for (const signature of [...bad, 'A'.repeat(8_000), Array(1_000).fill('v1,xx').join(' ')])
      expect(await refusal(await deliver(signature)), signature).toBe(401);
    expect(await refusal(await deliver(good, '1795325025'))).toBe(401);
    expect(await (await deliver(good)).json()).toMatchObject({ accepted: 1, duplicates: 0 });
    expect(await (await deliver(good)).json()).toMatchObject({ accepted: 0, duplicates: 1 });

    const segment = (signature?: string): Promise<Response> =>
      running.call('ingest', '/v1/segment', {
        method: 'POST',
        body: '{"type":"track","event":"x","userId":"u","messageId":"m"}',
        headers: signature === undefined ? {} : { 'x-signature': signature },
      });
    for (const signature of [undefined, 'a', 'a'.repeat(39), 'a'.repeat(40), 'a'.repeat(5_000), 'ß'])
      expect(await refusal(await segment(signature)), signature).toBe(401);
    // more than a server reads of any head
    expect((await segment('a'.repeat(20_000))).status).toBe(431);
    await stillWell();
  });
});

describe('a request that is too much', () => {
  test('is refused at the byte after the last, also in pieces without end and packed, and takes little memory', async () => {
    const post = (
      path: string,
      body: string | Uint8Array<ArrayBuffer>,
      headers: Record<string, string> = {},
    ): Promise<Response> => running.call('admin', path, { method: 'POST', body, headers });
    const ask = JSON.stringify({ programme: 'welcome', person: { userId: 'limit' }, send: 's' });
    const limit = 64 * 1024;
    expect((await post('/v1/decide', ask + ' '.repeat(limit - ask.length))).status).toBe(200);
    expect(await refusal(await post('/v1/decide', ask + ' '.repeat(limit - ask.length + 1)))).toBe(413);
    // made before: what it takes is not the server's
    const packed = gzipSync(Buffer.alloc(100 * MB, ' '));
    const before = process.memoryUsage().rss;
    for (const path of ['/v1/decide', '/v1/decide/batch', '/v1/segment', '/v1/events']) {
      const { status, megabytes } = await endless(path);
      // whoever goes on sending may be cut off before the answer is read
      expect([413, undefined], path).toContain(status);
      if (path.startsWith('/v1/decide')) expect(megabytes, path).toBeLessThan(40);
    }
    for (const path of ['/v1/segment', '/v1/events'])
      expect(await refusal(await post(path, packed, { 'content-encoding': 'gzip' })), path).toBe(413);
    expect(
      await refusal(await post('/v1/decide', packed.subarray(0, 60_000), { 'content-encoding': 'gzip' })),
    ).toBe(400);
    expect(process.memoryUsage().rss - before).toBeLessThan(50 * MB);
    await stillWell();
  });

  /** Sends up to 100 MB in chunks, without saying how much it will be. */
  async function endless(path: string): Promise<{ status: number | undefined; megabytes: number }> {
    const headers = { authorization: `Bearer ${running.key('admin')}`, 'transfer-encoding': 'chunked' };
    const sent = request(`${running.base}${path}`, { method: 'POST', headers });
    let status: number | undefined;
    sent.on('response', (response) => {
      status = response.statusCode;
      response.resume();
    });
    sent.on('error', () => undefined);
    const chunk = Buffer.alloc(MB, ' ');
    const over = () => status !== undefined || sent.destroyed;
    let megabytes = 0;
    for (; megabytes < 100 && !over(); megabytes++) {
      sent.write(chunk);
      await until(() => over() || sent.writableLength < 4 * MB);
    }
    sent.end();
    await until(over);
    sent.destroy();
    return { status, megabytes };
  }

  test('of a hundred thousand keys or twenty thousand items is answered, not choked on', async () => {
    const many = Array.from({ length: 20_000 }, (_, i) => i);
    const keys = `{${Array.from({ length: 100_000 }, (_, i) => `"k${i}":1`).join()}}`;
    const bodies: [string, string][] = [
      ['/v1/events', `{"events":[${many.map(() => '0').join()}]}`],
      [
        '/v1/events',
        `{"events":[{"id":"keys","type":"signal","name":"n","person":{"userId":"u"},"properties":${keys}}]}`,
      ],
      ['/v1/segment', `[${many.map(() => '{}').join()}]`],
      ['/v1/segment', `{"type":"identify","messageId":"keys","userId":"u","traits":${keys}}`],
      ['/v1/decide/batch', `{"items":[${many.map(() => '0').join()}]}`],
    ];
    const secret = running.key('admin');
    for (const [path, body] of bodies) {
      const headers = { authorization: `Bearer ${secret}` };
      const response = await fetch(`${running.base}${path}`, { method: 'POST', body, headers });
      await response.arrayBuffer();
      expect(response.status, path).toBeLessThan(500);
    }
    await stillWell();
  });
});
