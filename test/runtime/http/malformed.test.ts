import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Running } from '../../support/running.ts';
import { publish, run } from '../../support/running.ts';

let running: Running;
beforeAll(async () => {
  running = await run();
});
afterAll(() => running.stop());

const post = (path: string, body: string, headers: Record<string, string> = {}): Promise<Response> =>
  running.call('admin', path, { method: 'POST', body, headers });

const deep = (open: string, close: string, inside = ''): string =>
  open.repeat(100_000) + inside + close.repeat(100_000);

/** Ways to break a JSON text; each takes the place of a value of a body that is well. */
const NO_JSON: Record<string, string> = {
  'a number that is none': 'NaN',
  'a hexadecimal number': '0x10',
  'a NUL': '"a\u0000b"',
  'a line end in a text': '"a\nb"',
  'a text that does not end': '"a',
  'a comma too many': '[1,]',
  'a comment': '1 /* one */',
};
const ODD_JSON: Record<string, string> = {
  'a number beyond all': '1e999',
  'an integer beyond 2^53': '9007199254740993',
  'half a character': '"\\ud800"',
  'an escaped NUL': '"a\\u0000b"',
  'arrays a hundred thousand deep': deep('[', ']'),
  'objects a hundred thousand deep': deep('{"a":', '}', '1'),
  'a name twice': '{"a":1,"a":2}',
  'names that every object has': '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}',
};

/** Bodies of the routes that take JSON, with something in the place of a value nobody looks at or that is an id. */
const BODIES: Record<string, (value: string) => string> = {
  '/v1/decide': (value) => `{"programme":"welcome","person":{"userId":"m"},"context":{"x":${value}}}`,
  '/v1/events': (value) =>
    `{"events":[{"id":"e","type":"identify","person":{"userId":"m"},"traits":{"x":${value}}}]}`,
  '/v1/segment': (value) => `{"type":"identify","messageId":"e","userId":"m","traits":{"x":${value}}}`,
  '/v1/decide/batch': (value) => `{"items":[{"programme":"welcome","person":{"userId":${value}}}]}`,
};

test.each(Object.keys(BODIES))(
  '%s answers what is no JSON with 400, and what is odd JSON without harm',
  async (path) => {
    const body = BODIES[path]!;
    for (const [name, value] of Object.entries(NO_JSON)) {
      const response = await post(path, body(value));
      const text = await response.text();
      expect(response.status, `${name}: ${text}`).toBe(400);
      expect(JSON.parse(text)).toMatchObject({ status: 400 });
      expect(text).not.toMatch(/node_modules|\.ts:|at \w+ \(/);
    }
    for (const [name, value] of Object.entries(ODD_JSON)) {
      const response = await post(path, body(value));
      const text = await response.text();
      // a body of a decide route is no larger than 64 KB
      expect([200, 400, 413], `${name}: ${text.slice(0, 300)}`).toContain(response.status);
      expect(text).not.toMatch(/node_modules|\.ts:|at \w+ \(/);
    }
    const marked = await post(path, `\ufeff${body('1')}`);
    expect([200, 400], await marked.text()).toContain(marked.status);
    const odd = await post(path, body('1'), { 'content-type': 'image/png' });
    expect([200, 400, 415], await odd.text()).toContain(odd.status);
    expect(running.log.filter((line) => line.includes('"bug"'))).toEqual([]);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  },
);

test('a parameter that is told twice, or as a list or an object, is one text', async () => {
  for (const query of ['user=a&user=b', 'user=a&user[]=b&user[x]=c']) {
    const response = await running.call(
      'decide',
      `/v1/decide?programme=welcome&send=${query.length}&${query}`,
    );
    expect(await response.json()).toMatchObject({ rung: 'full' });
  }
  expect((await running.call('read', '/v1/persons/a')).status).toBe(200);
  expect((await running.call('read', '/v1/persons/b')).status).toBe(404);
});

test('names that every object has are names like any other, of people, traits and properties, and refused where they would be ours', async () => {
  const reserved = await running.call('admin', '/v1/programmes/reserved', {
    ...{ method: 'PUT', headers: { 'if-match': '0' } },
    body: JSON.stringify({
      ...{
        id: 'reserved',
        name: 'Reserved',
        goal: { signals: [{ signal: '__proto__', weight: 1, windowHours: 1 }] },
      },
      variants: [{ id: 'constructor', channel: 'email', content: {} }],
    }),
  });
  expect([reserved.status, await reserved.text()]).toEqual([400, expect.stringContaining('variants.0.id')]);
  const names = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'];
  await publish(running, {
    ...{ id: 'inert', name: 'Inert', status: 'live', silence: false, sendBucketHours: 24 },
    goal: { signals: [{ signal: 'bought', weight: 1, windowHours: 24 }] },
    variants: [
      { id: 'a', channel: 'email', content: { subject: 'A' } },
      { id: 'b', channel: 'email', content: { subject: 'B' } },
    ],
    policy: { kind: 'weighted-thompson' },
    guardrails: {},
  });
  for (const name of names) {
    const asked = await post(
      '/v1/decide',
      JSON.stringify({ programme: 'inert', person: { userId: name }, send: 's' }),
    );
    const answer = (await asked.json()) as { decision_id: string; variant: string };
    expect(['a', 'b']).toContain(answer.variant);
    const events = [
      {
        id: `${name} 1`,
        type: 'identify',
        person: { userId: name },
        traits: { [name]: { [name]: 1 }, fine: 1 },
      },
      {
        id: `${name} 2`,
        type: 'signal',
        person: { userId: name },
        name: 'bought',
        properties: { [name]: 1 },
      },
    ];
    expect(await (await post('/v1/events', JSON.stringify({ events }))).json()).toMatchObject({
      accepted: 2,
    });
    await running.folder.catchUp();
    const record = await running.call('read', `/v1/decisions/${answer.decision_id}`);
    expect(await record.json()).toMatchObject({ credits: [{ signal: 'bought', worth: 1 }] });
    expect((await running.call('read', `/v1/persons/${name}`)).status).toBe(200);
  }
  expect((await running.call('read', '/v1/programmes/__proto__')).status).toBe(404);
  expect((await running.call('read', '/v1/decisions/constructor')).status).toBe(404);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  expect(await (await running.call('read', '/v1/programmes/inert/report')).json()).toMatchObject({
    programme: 'inert',
  });
});

test('line ends and other scripts in whatever is echoed stay in their place: one line of log, no header', async () => {
  const nasty = 'a\r\nset-cookie: x=1\r\n\r\n<b>\u2028"Größe 漢字 🙂\u001b[31m';
  const before = running.log.length;
  const encoded = encodeURIComponent(nasty);
  const paths = [
    `/v1/decide?programme=welcome&user=${encoded}&send=${encoded}&c.plan=${encoded}`,
    `/v1/decide?programme=${encoded}&user=u`,
    `/v1/braze/decide?programme=${encoded}&user=u`,
    `/v1/persons/${encoded}`,
    `/v1/decisions/${encoded}`,
    `/v1/${encoded}`,
  ];
  for (const path of paths) {
    const response = await running.call('admin', path, {
      headers: { traceparent: encoded, 'x-request-id': encoded },
    });
    expect(response.status, path).toBeLessThan(500);
    expect(response.headers.get('set-cookie'), path).toBeNull();
    expect(response.headers.get('content-type'), path).toMatch(/^application\/(problem\+)?json/);
    JSON.parse(await response.text());
  }
  const person = await running.call('read', `/v1/persons/${encoded}`);
  expect(await person.json()).toMatchObject({ decisions: [{}] });
  for (const line of running.log.slice(before)) {
    expect(line.trimEnd()).not.toMatch(/[\r\n]/);
    expect(() => JSON.parse(line) as unknown, line).not.toThrow();
  }
});
