import { afterEach, describe, expect, it } from 'vitest';
import { braze } from '../../connectors/braze/index.ts';
import { BrazeStandIn, PARTS, plainVariables } from '../../demo/braze-stand-in.ts';
import type { Rendered, SendVariables } from '../../demo/braze-stand-in.ts';
import type { ConnectedContentOptions } from '../../demo/connected-content.ts';
import { ConnectedContent } from '../../demo/connected-content.ts';
import { platformServer } from '../support/platform-server.ts';
import type { Answer, Behaviour, PlatformServer } from '../support/platform-server.ts';

const SEND: SendVariables = {
  user_id: 'user 1&2',
  braze_id: 'b1',
  email_address: 'a@example.com',
  campaign: { api_id: 'c1', message_api_id: 'm1', dispatch_id: 'd1' },
};

let platform: PlatformServer | undefined;
afterEach(async () => {
  await platform?.close();
  platform = undefined;
});

async function rig(answer: Answer | Behaviour, options: ConnectedContentOptions = {}) {
  const behave = typeof answer === 'function' ? answer : () => answer;
  platform = await platformServer(behave);
  const client = new ConnectedContent(options);
  const standIn = new BrazeStandIn(client);
  /** The same template in every field; what became of the subject. */
  const all = (template: string, send = SEND, together = false) => {
    const source = Object.fromEntries(PARTS.map((part) => [part, template]));
    return standIn.render(standIn.compile(source as Record<(typeof PARTS)[number], string>), send, together);
  };
  const one = async (template: string, send = SEND): Promise<Rendered> => (await all(template, send)).subject;
  return { url: platform.url, arrivals: platform.arrivals, client, all, one };
}

const json = (value: unknown, status = 200): Answer => ({ status, body: JSON.stringify(value) });

describe('cache', () => {
  it('answers the same URL in every field from one call', async () => {
    const { url, all, client } = await rig((arrival) => json({ path: arrival.path }));
    const tag = `{% connected_content ${url}/a?u={{\${user_id} | url_param_escape}} :save d %}{{d.path}}`;
    const parts = await all(tag);
    for (const part of PARTS) expect(parts[part].text).toBe('/a?u=user%201%262');
    expect({ ...client, latencies: 0 }).toMatchObject({ evaluations: 4, calls: 1, failures: 0 });
    await all(tag, { ...SEND, user_id: 'other' });
    expect(client.calls).toBe(2);
  });

  it('keeps an answer for 300 s', async () => {
    let now = 0;
    const { url, one, client } = await rig(json({}), { now: () => now });
    for (const at of [0, 299_999, 300_000]) {
      now = at;
      await one(`{% connected_content ${url} %}`);
    }
    expect(client.calls).toBe(2);
  });

  it('is keyed by the URL alone, so another header does not matter', async () => {
    const { url, all, client } = await rig(json({}));
    await all(`{% connected_content ${url} :headers {"X-User": "{{\${user_id}}}"} %}`);
    await all(`{% connected_content ${url} :headers {"X-User": "{{\${user_id}}}"} %}`, {
      ...SEND,
      user_id: 'other',
    });
    expect(client.calls).toBe(1);
  });

  it('keeps no failure, nothing with :no_cache, and no POST without :cache_max_age', async () => {
    const { url, all, client } = await rig((arrival) => json({}, arrival.path === '/bad' ? 500 : 200));
    await all(`{% connected_content ${url}/bad %}`);
    await all(`{% connected_content ${url}/fresh :no_cache %}`);
    await all(`{% connected_content ${url}/post :method post :body a=b %}`);
    expect(client.calls).toBe(12);
    await all(`{% connected_content ${url}/kept :method post :body a=b :cache_max_age 900 %}`);
    expect(client.calls).toBe(13);
  });

  it('cannot help parts that are rendered at the same time', async () => {
    const { url, all, client } = await rig(json({}));
    await all(`{% connected_content ${url} %}`, SEND, true);
    expect(client.calls).toBe(4);
  });

  it('may lose an entry before its time', async () => {
    const { url, all, client } = await rig(json({}), { evicted: () => true });
    await all(`{% connected_content ${url} %}`);
    expect(client.calls).toBe(4);
  });
});

describe('answers', () => {
  it('is there within 2 s or not at all', async () => {
    const { url, all, client } = await rig((arrival) => ({
      ...json({ ok: true }),
      after: arrival.path === '/late' ? 2_400 : 1_500,
    }));
    const tag = (path: string): string => `{% connected_content ${url}${path} :save d %}[{{d.ok}}]`;
    const started = performance.now();
    const [good, late] = await Promise.all([all(tag('/good'), SEND, true), all(tag('/late'), SEND, true)]);
    expect([good.subject.text, late.subject.text]).toEqual(['[true]', '[]']);
    expect(performance.now() - started).toBeLessThan(2_350);
    expect(client.failures).toBe(4);
  });

  it.each([
    ['an object', json({ a: 1 }), { a: 1, __http_status_code__: 200 }],
    ['an object of another success', json({ a: 1 }, 201), { a: 1, __http_status_code__: 201 }],
    ['an array', json([1]), [1]],
    ['a scalar', json(7), 7],
  ])('saves %s, the status with objects only', async (_, answer, saved) => {
    const { url, one } = await rig(answer);
    expect((await one(`{% connected_content ${url} :save d %}`)).saved.d).toEqual(saved);
  });

  it.each([404, 400, 429, 500, 502, 301])('saves and prints nothing for %i', async (status) => {
    const { url, one, arrivals } = await rig({
      ...json({ a: 1 }, status),
      headers: { location: '/elsewhere' },
    });
    const { text, saved } = await one(
      `{% connected_content ${url} :save d %}{% if d.__http_status_code__ != 200 %}failed{% endif %}`,
    );
    expect([text, saved.d]).toEqual(['failed', undefined]);
    expect(arrivals.map(({ path }) => path)).not.toContain('/elsewhere');
  });

  it('saves and prints nothing when nobody listens or the answer is larger than 1 MB', async () => {
    const { url, one } = await rig({ status: 200, body: 'x'.repeat(1024 * 1024 + 1) });
    expect((await one(`[{% connected_content ${url} %}]`)).text).toBe('[]');
    expect((await one('[{% connected_content http://127.0.0.1:9/ %}]')).text).toBe('[]');
  });

  it('puts text that is no JSON in the place of the tag', async () => {
    const { url, one } = await rig({ status: 200, body: 'Hello there' });
    expect((await one(`[{% connected_content ${url} :save d %}|{{d}}]`)).text).toBe('[Hello there|]');
  });

  it('saves as `connected` by default', async () => {
    const { url, one } = await rig(json({ a: 1 }));
    expect((await one(`{% connected_content ${url} :retry %}{{connected.a}}`)).text).toBe('1');
  });
});

describe('requests', () => {
  it('calls itself Braze Sender and sends what the tag says', async () => {
    const { url, one, arrivals } = await rig(json({}));
    await one(
      `{% connected_content ${url}/get?a=1\n   :headers {"X-Api-Key": "{{\${braze_id}}}"}\n   :save d %}`,
    );
    await one(`{% connected_content ${url}/form :method post :body a=1&b={{\${braze_id}}} %}`);
    await one(
      `{% connected_content ${url}/json :method post :content_type application/json :body {"a":1} %}`,
    );
    const [get, form, object] = ['/get?a=1', '/form', '/json'].map((p) =>
      arrivals.find(({ path }) => path === p)!,
    );
    expect(get?.headers['user-agent']).toMatch(/^Braze Sender [0-9a-f]{40}$/);
    expect(get).toMatchObject({
      method: 'GET',
      headers: { 'x-api-key': 'b1', 'content-type': 'application/json', accept: '*/*' },
    });
    const formType = { 'content-type': 'application/x-www-form-urlencoded' };
    expect(form).toMatchObject({ method: 'POST', body: 'a=1&b=b1', headers: formType });
    const jsonType = { 'content-type': 'application/json', accept: 'application/json' };
    expect(object).toMatchObject({ body: '{"a":1}', headers: jsonType });
  });

  it("reads Braze's own spelling of variables", () => {
    expect(
      plainVariables('{{${user_id} | upcase}} {{campaign.${api_id}}} {{custom_attribute.${My Plan}}}'),
    ).toBe('{{user_id | upcase}} {{campaign["api_id"]}} {{custom_attribute["My Plan"]}}');
  });
});

describe('message_extras', () => {
  it('gathers strings by key, the first one of a key', async () => {
    const { one } = await rig(json({}));
    const { text, extras } = await one(
      '{% message_extras :key a :value {{campaign.${api_id}}} %}{% message_extras :key a :value 2 %}{% message_extras :key b :value 7 %}',
    );
    expect([text, extras]).toEqual(['', { a: 'c1', b: '7' }]);
  });

  it('cuts keys and values together at 1,000 bytes', async () => {
    const { one } = await rig(json({}));
    const long = 'x'.repeat(990);
    const { extras } = await one(
      `{% message_extras :key a :value ${long} %}{% message_extras :key b :value 0123456789 %}{% message_extras :key c :value 1 %}`,
    );
    expect(extras).toEqual({ a: long, b: '01234567' });
  });
});

describe('abort_message', () => {
  it('ends the message with its reason', async () => {
    const { one } = await rig(json({}));
    expect(await one("before{% abort_message('not today') %}after")).toMatchObject({
      text: '',
      aborted: 'not today',
    });
    expect(await one('{% abort_message() %}')).toMatchObject({ text: '', aborted: '' });
    expect(await one("{% if false %}{% abort_message('no') %}{% endif %}sent")).not.toHaveProperty('aborted');
  });
});

describe('fields', () => {
  it('know nothing of what was saved in another one', async () => {
    const { url } = await rig(json({ a: 1 }));
    const standIn = new BrazeStandIn(new ConnectedContent());
    const tag = `{% connected_content ${url} :save d %}`;
    const message = standIn.compile({ subject: `${tag}{{d.a}}`, html: '[{{d.a}}]', text: '', amp: '' });
    const parts = await standIn.render(message, SEND);
    expect([parts.subject.text, parts.html.text]).toEqual(['1', '[]']);
  });
});

describe('the tag that a start prints', () => {
  const tag = (url: string): string => braze.snippets[0].text('welcome', url, 'pk_decide_1');

  it('asks with the person and the send, and ties the message to the decision', async () => {
    const { url, all, arrivals } = await rig(
      json({ action: 'send', decision_id: 'dec_1', content: { subject: 'Hi' } }),
    );
    const parts = await all(`${tag(url)}{{pickwell.content.subject}}`);
    for (const part of PARTS)
      expect(parts[part]).toMatchObject({ text: 'Hi', extras: { decision_id: 'dec_1' } });
    expect(arrivals).toHaveLength(1);
    expect(arrivals[0]?.headers['x-api-key']).toBe('pk_decide_1');
    expect(Object.fromEntries(new URL(arrivals[0]?.path ?? '', url).searchParams)).toMatchObject({
      programme: 'welcome',
      user: 'user 1&2',
      braze: 'b1',
      campaign: 'c1',
      message: 'm1',
      canvas: '',
      send: 'd1',
    });
  });

  it.each([
    ['silence', json({ action: 'silence', decision_id: 'dec_1' }), 'Pickwell chose not to send'],
    ['a failure', json({}, 503), 'Pickwell gave no answer'],
    ['an answer that is no JSON object', json([]), 'Pickwell gave no answer'],
  ])('aborts on %s', async (_, answer, aborted) => {
    const { url, one } = await rig(answer);
    expect(await one(`${tag(url)}Hi`)).toMatchObject({ text: '', aborted });
  });
});
