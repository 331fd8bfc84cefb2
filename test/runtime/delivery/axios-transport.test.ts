import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, it, onTestFinished } from 'vitest';
import { Fault } from '../../../core/contracts/faults.ts';
import { axiosTransport } from '../../../runtime/delivery/axios-transport.ts';
import { folder } from '../../support/folders.ts';
import { platformServer } from '../../support/platform-server.ts';
import type { Behaviour, PlatformServer } from '../../support/platform-server.ts';

let platform: PlatformServer | undefined;

afterEach(() => platform?.close());

async function post(behave: Behaviour, timeoutMs = 300) {
  platform = await platformServer(behave);
  const headers = { 'content-type': 'application/json', authorization: 'Bearer s3cret' };
  return axiosTransport(timeoutMs)({
    method: 'POST',
    url: `${platform.url}/x?token=s3cret`,
    headers,
    body: '{"a": 1}',
  });
}

/** The fault of a failed exchange, and proof that nothing secret is in it. */
async function faultOf(behave: Behaviour, timeoutMs?: number): Promise<Fault> {
  const fault = await post(behave, timeoutMs).then(
    () => expect.unreachable('there was a response'),
    (error: unknown) => error,
  );
  expect(fault).toBeInstanceOf(Fault);
  expect(fault).toMatchObject({ kind: 'unavailable', retry: true });
  expect(JSON.stringify([fault, (fault as Fault).detail, (fault as Fault).stack])).not.toContain('s3cret');
  expect(Object.keys(fault as Fault).sort()).toEqual(['detail', 'kind', 'name', 'retryAfterMs']);
  return fault as Fault;
}

it('sends the bytes as they are and returns the text as it is', async () => {
  const body = ' {"message":"success", "n": 1e3}\n';
  const response = await post(() => ({ status: 201, headers: { 'X-RateLimit-Reset': '17' }, body }));
  expect(response.status).toBe(201);
  expect(response.body).toBe(body);
  expect(response.headers['x-ratelimit-reset']).toBe('17');
  expect(platform?.arrivals).toHaveLength(1);
  expect(platform?.arrivals[0]).toMatchObject({ method: 'POST', path: '/x?token=s3cret', body: '{"a": 1}' });
  expect(platform?.arrivals[0]?.headers).toMatchObject({ authorization: 'Bearer s3cret' });
});

it.each([400, 401, 413, 429, 500, 503])('returns status %i as a response', async (status) => {
  expect(await post(() => ({ status, body: 'no' }))).toMatchObject({ status, body: 'no' });
});

it('S18: does not follow a redirect', async () => {
  const response = await post((_, index) =>
    index === 0 ? { status: 302, headers: { location: '/elsewhere' } } : { status: 200 },
  );
  expect(response.status).toBe(302);
  expect(platform?.arrivals).toHaveLength(1);
});

it('W3: gives up on a server that never answers', async () => {
  const before = performance.now();
  await faultOf(() => undefined, 300);
  expect(performance.now() - before).toBeGreaterThan(250);
  expect(performance.now() - before).toBeLessThan(1500);
});

it('gives up on an answer that trickles in', async () => {
  const before = performance.now();
  await faultOf((_, __, raw) => {
    raw.writeHead(200, { 'content-length': '1000' });
    const trickle = setInterval(() => raw.write('x'), 50);
    raw.on('close', () => clearInterval(trickle));
    return undefined;
  }, 400);
  expect(performance.now() - before).toBeLessThan(1500);
});

it('takes a connection that breaks inside the answer for no answer', async () => {
  await faultOf((_, __, raw) => {
    raw.writeHead(200, { 'content-length': '1000' });
    raw.write('half of it', () => raw.destroy());
    return undefined;
  });
});

it('takes a connection that breaks before the answer for no answer', async () => {
  const fault = await faultOf((_, __, raw) => void raw.destroy());
  expect(fault.detail).toBe('no response: ECONNRESET');
});

it('S18: reads no more than 1 MiB', async () => {
  const fitting = 'x'.repeat(1024 * 1024);
  expect((await post(() => ({ status: 200, body: fitting }), 3000)).body).toBe(fitting);
  await platform?.close();
  await faultOf(() => ({ status: 200, body: `${fitting}x` }), 3000);
});

it('says in a word why nobody could be reached', async () => {
  const closed = await platformServer(() => undefined);
  await closed.close();
  const request = { method: 'GET', url: closed.url, headers: {}, body: '' } as const;
  await expect(axiosTransport(500)(request)).rejects.toMatchObject({ detail: 'no response: ECONNREFUSED' });
  const nowhere = { ...request, url: 'https://does-not-exist.invalid/' };
  await expect(axiosTransport(3000)(nowhere)).rejects.toMatchObject({ kind: 'unavailable' });
});

const openssl = spawnSync('openssl', ['version']).status === 0;

it.skipIf(!openssl)('sends nothing to a host whose certificate nobody vouches for', async () => {
  const own = await folder();
  const [key, cert] = [join(own, 'key'), join(own, 'cert')];
  const names = ['-keyout', key, '-out', cert, '-subj', '/CN=localhost'];
  const made = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    ...names,
  ];
  expect(spawnSync('openssl', made).status).toBe(0);
  let requests = 0;
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_, response) => {
    requests++;
    response.end('{}');
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const sent = axiosTransport(3000)({
    method: 'POST',
    url,
    headers: { authorization: 's3cret' },
    body: '{}',
  });
  await expect(sent).rejects.toMatchObject({ kind: 'unavailable', detail: /^no response: .*CERT/ });
  expect(requests).toBe(0);
});

it('takes a host that speaks no TLS for no answer', async () => {
  platform = await platformServer(() => ({ status: 200 }));
  const url = platform.url.replace('http:', 'https:');
  const sent = axiosTransport(3000)({ method: 'POST', url, headers: {}, body: '{}' });
  await expect(sent).rejects.toMatchObject({ kind: 'unavailable' });
  expect(platform.arrivals).toEqual([]);
});

it('reads no more than 1 MiB of an answer that was packed, either', async () => {
  const packed = gzipSync(Buffer.alloc(80 * 1024 * 1024));
  const before = process.memoryUsage().rss;
  await faultOf((_, __, raw) => {
    raw.writeHead(200, { 'content-encoding': 'gzip' }).end(packed);
    return undefined;
  }, 10_000);
  expect(process.memoryUsage().rss - before).toBeLessThan(50 * 1024 * 1024);
});

it('keeps no cookie, and takes headers without end for no answer', async () => {
  platform = await platformServer((_, index) => {
    const headers: Record<string, string> =
      index < 2 ? { 'set-cookie': 'session=1; Path=/' } : { 'x-long': 'x'.repeat(64 * 1024) };
    return { status: 200, headers, body: '{}' };
  });
  const send = axiosTransport(3000);
  const request = { method: 'POST', url: platform.url, headers: {}, body: '{}' } as const;
  await send(request);
  await send(request);
  expect(platform.arrivals.map(({ headers }) => headers.cookie)).toEqual([undefined, undefined]);
  await expect(send(request)).rejects.toMatchObject({ kind: 'unavailable' });
});

it('cannot be made to say more by a header that holds a line end', async () => {
  platform = await platformServer(() => ({ status: 200 }));
  const headers = { authorization: 'Bearer k\r\nx-admin: 1' };
  const sent = axiosTransport(3000)({ method: 'POST', url: platform.url, headers, body: '{}' });
  const fault = await sent.then(
    () => undefined,
    (error: unknown) => error as Fault,
  );
  if (fault) expect(fault).toBeInstanceOf(Fault);
  for (const { headers: sentOn } of platform.arrivals) expect(sentOn).not.toHaveProperty('x-admin');
});
