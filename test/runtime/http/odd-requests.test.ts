import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rngFromNumber } from '../../../core/maths/xoshiro.ts';
import type { Shape } from '../../support/odd-requests.ts';
import { OddRequests } from '../../support/odd-requests.ts';
import type { Running } from '../../support/running.ts';
import { run } from '../../support/running.ts';

const SEED = 20_261_128;
/** Requests of each method of each route. */
const EACH = 30;

interface Operation {
  requestBody?: { content: { 'application/json': { schema: Shape } } };
  parameters?: { name: string; in: string }[];
}

type Paths = Record<string, Record<string, Operation>>;

/** Every route there is, its description resolved. */
async function routes({ base }: Running): Promise<[method: string, path: string, Operation][]> {
  const { paths } = (await (await fetch(`${base}/openapi.json`)).json()) as { paths: Paths };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, operation]) => [method.toUpperCase(), path, operation] as [string, string, Operation],
    ),
  );
}

function request(
  odd: OddRequests,
  method: string,
  path: string,
  { requestBody, parameters = [] }: Operation,
): [string, RequestInit] {
  const asked = ['programme', 'user', 'send', 'c.plan', 'trace', 'preview', 'pin', 'limit', 'from'];
  const names = [
    ...parameters.filter(({ in: where }) => where === 'query').map(({ name }) => name),
    ...asked,
  ];
  const query = names.filter(() => odd.chance(0.4)).map((name) => `${name}=${odd.parameter()}`);
  const url = `${path.replaceAll(/\{\w+\}/g, () => odd.parameter() || 'x')}?${query.join('&')}`;
  if (method === 'GET') return [url, { method }];
  const headers = {
    'if-match': odd.pick(['0', '1', '"1"', '*', 'x']),
    'content-type': odd.pick(['application/json', 'text/plain', 'x']),
  };
  return [url, { method, headers, body: odd.body(requestBody?.content['application/json'].schema) }];
}

describe(`S8, S10, F1: requests that make no sense, or nearly (seed ${SEED})`, () => {
  let running: Running;
  beforeAll(async () => {
    const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
    const publicKey = key.export({ format: 'der', type: 'spki' }).toString('base64');
    running = await run({ sendgrid: { publicKey } }, undefined, { adminKey: 'pk_admin_of_the_odd_requests' });
  });
  afterAll(() => running.stop());

  const call = (url: string, init: RequestInit): Promise<Response> =>
    fetch(`${running.base}${url}`, {
      ...init,
      headers: { authorization: 'Bearer pk_admin_of_the_odd_requests', ...init.headers },
    });

  it('are answered as the sender’s fault on every route, and leave everything whole', async () => {
    const odd = new OddRequests(rngFromNumber(SEED));
    const all = await routes(running);
    expect(all.length).toBeGreaterThan(30);
    const statuses = new Map<number, number>();
    for (const [method, path, operation] of all) {
      for (let i = 0; i < EACH; i++) {
        const [url, init] = request(odd, method, path, operation);
        const response = await call(url, init);
        const text = await response.text();
        const asked = `${method} ${url} ${((init.body as string | undefined) ?? '').slice(0, 2_000)}`;
        expect(response.status, `${asked}: ${text}`).toBeLessThan(500);
        statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
        if (response.status < 400) continue;
        expect(response.headers.get('content-type'), asked).toContain('application/problem+json');
        expect(JSON.parse(text), asked).toMatchObject({ status: response.status });
        expect(text).not.toContain('node_modules');
      }
    }
    // not all of it was turned away at the door
    expect(statuses.get(200)).toBeGreaterThan(100);
    expect(running.log.filter((line) => line.includes('"bug"'))).toEqual([]);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    const verified = await call('/v1/ledger/verify', {});
    expect(await verified.json()).toMatchObject({ ok: true });
    const answer = await call('/v1/decide?programme=welcome&user=somebody&send=after', {});
    expect(await answer.json()).toMatchObject({ rung: 'full', programme: 'welcome' });
  }, 120_000);
});
