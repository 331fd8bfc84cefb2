import { afterEach, expect, it } from 'vitest';
import { Fault } from '../../../core/contracts/faults.ts';
import { axiosTransport } from '../../../runtime/delivery/axios-transport.ts';
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
