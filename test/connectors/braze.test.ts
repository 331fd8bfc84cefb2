import { Liquid, Tag } from 'liquidjs';
import type { Context, TagToken, TopLevelToken } from 'liquidjs';
import { describe, expect, it } from 'vitest';
import { braze } from '../../connectors/braze/index.ts';
import type { Answer } from '../../core/contracts/answer.ts';
import type { InboundRequest } from '../../core/contracts/http.ts';

const [route] = braze.routes;

function get(query: Record<string, string>): InboundRequest {
  return {
    method: 'GET',
    path: '/v1/braze/decide',
    query,
    headers: {},
    body: new Uint8Array(),
    scopes: ['decide'],
    receivedAt: 1_795_000_000_000,
  };
}

function post(body: string, query: Record<string, string> = {}): InboundRequest {
  return { ...get(query), method: 'POST', body: new TextEncoder().encode(body) };
}

const SILENCE: Answer = {
  programme: 'welcome',
  action: 'silence',
  reason: 'guardrail',
  guardrail: 'caps',
  rung: 'full',
  decision_recorded: true,
};

describe('a Connected Content call', () => {
  it('names person, send and context', () => {
    const request = get({
      programme: 'welcome',
      user: 'u-17',
      braze: '0123456789abcdef01234567',
      send: '5f1c',
      campaign: 'camp-1',
      message: 'msg-1',
      canvas: '',
      'c.plan': 'pro',
      'c.blank': '',
    });
    expect(route.parse(request)).toEqual({
      programme: 'welcome',
      person: { userId: 'u-17', brazeId: '0123456789abcdef01234567' },
      send: '5f1c',
      context: { plan: 'pro' },
    });
  });

  it('keeps the slot beside the dispatch id', () => {
    const request = get({ programme: 'welcome', user: 'u', send: '5f1c', campaign: 'camp-1', slot: 'hero' });
    expect(route.parse(request)).toMatchObject({ send: '5f1c', scope: 'slot=hero' });
  });

  it.each([
    [{ campaign: 'camp-1', message: 'msg-1', slot: 'hero' }, 'campaign=camp-1&message=msg-1&slot=hero'],
    [{ canvas: 'canv-1', message: 'msg-1' }, 'canvas=canv-1&message=msg-1'],
    [{ campaign: 'a&canvas=b' }, 'campaign=a%26canvas%3Db'],
    [{}, undefined],
  ])('without a dispatch id %j is the send', (parts: Record<string, string>, scope) => {
    const parsed = route.parse(get({ programme: 'welcome', user: 'u', send: '', ...parts }));
    expect(parsed.send).toBeUndefined();
    expect(parsed.scope).toBe(scope);
    expect(parsed.preview).toBeUndefined();
  });

  it('is a preview when the campaign is unsent', () => {
    const query = {
      programme: 'welcome',
      user: 'u',
      send: 'dispatch_id_for_unsent_campaign',
      campaign: 'camp-1',
    };
    expect(route.parse(get(query))).toMatchObject({
      preview: true,
      send: undefined,
      scope: 'campaign=camp-1',
    });
  });

  it('treats variables that rendered empty as absent', () => {
    const parsed = route.parse(get({ programme: 'welcome', user: '', braze: 'b-1' }));
    expect(parsed.person).toEqual({ brazeId: 'b-1' });
  });

  it.each([
    ['programme', { user: 'u' }],
    ['person', { programme: 'welcome', user: ' ', braze: '' }],
  ])('without a %s is invalid', (_what, query: Record<string, string>) => {
    expect(() => route.parse(get(query))).toThrowError(expect.objectContaining({ kind: 'invalid' }));
  });

  it('reads a form body over the query', () => {
    const parsed = route.parse(
      post('user=u%2017&send=5f1c&c.plan=pro', { programme: 'welcome', user: 'other' }),
    );
    expect(parsed).toMatchObject({ person: { userId: 'u 17' }, send: '5f1c', context: { plan: 'pro' } });
  });

  it('reads a JSON body with a context object', () => {
    const body = {
      programme: 'welcome',
      user: 17,
      context: { plan: 'pro', days: 3, vip: true, x: null, y: { z: 1 } },
    };
    const parsed = route.parse(post(JSON.stringify(body)));
    expect(parsed).toMatchObject({ programme: 'welcome', person: { userId: '17' } });
    expect(parsed.context).toEqual({ plan: 'pro', days: 3, vip: true });
  });

  it.each(['{"programme":', '{"programme":{"a":1},"user":"u"}', '[]'])('refuses the body %s', (body) => {
    expect(() => route.parse(post(body))).toThrowError(expect.objectContaining({ kind: 'invalid' }));
  });
});

describe('the answer', () => {
  it('is 200 with a JSON object, silence included', () => {
    expect(route.render(SILENCE)).toEqual({ status: 200, body: SILENCE });
  });
});

/**
 * As much of Braze's Liquid as the tag needs: `${x}` is x, and the three tags that are Braze's own write down what they
 * were given. `answer` is what Braze would have saved as `pickwell`.
 */
async function renderTag(scope: object, answer: object | undefined) {
  const seen: Record<string, string> = {};
  const engine = new Liquid();
  engine.registerFilter('url_param_escape', encodeURIComponent);
  for (const name of ['connected_content', 'abort_message', 'message_extras']) {
    class Note extends Tag {
      readonly #text: string;
      constructor(token: TagToken, remaining: TopLevelToken[], liquid: Liquid) {
        super(token, remaining, liquid);
        this.#text = token.args;
      }
      *render(context: Context): Generator<unknown, void, string> {
        seen[name] = yield this.liquid._parseAndRender(this.#text, context, {});
      }
    }
    engine.registerTag(name, Note);
  }
  const snippet = braze.snippets[0].text('wel come', 'https://decide.example/', 'pk_1');
  const printed = String(
    await engine.parseAndRender(snippet.replace(/\$\{(\w+)\}/g, '$1'), { ...scope, pickwell: answer }),
  );
  const [url = '', ...options] = seen.connected_content?.split(/\s+/) ?? [];
  return {
    url,
    options: options.join(' '),
    aborted: seen.abort_message,
    extras: seen.message_extras,
    printed,
  };
}

describe('the tag to paste', () => {
  const scope = {
    user_id: 'a b&c',
    braze_id: 'b1',
    campaign: { api_id: 'c1', message_api_id: 'm1', dispatch_id: 'd1' },
  };
  const answered = { __http_status_code__: 200, decision_id: 'dec_1', action: 'send' };

  it('asks for this person and this send, with the key in a header', async () => {
    const { url, options } = await renderTag(scope, answered);
    const { origin, pathname, searchParams } = new URL(url);
    expect(origin + pathname).toBe('https://decide.example/v1/braze/decide');
    expect(Object.fromEntries(searchParams)).toEqual({
      programme: 'wel come',
      user: 'a b&c',
      braze: 'b1',
      campaign: 'c1',
      message: 'm1',
      canvas: '',
      send: 'd1',
    });
    expect(options).toBe(':headers {"X-Api-Key": "pk_1"} :save pickwell');
  });

  it('asks what the route understands', async () => {
    const { url } = await renderTag(scope, answered);
    const parsed = route.parse(get(Object.fromEntries(new URL(url).searchParams)));
    expect(parsed).toMatchObject({
      programme: 'wel come',
      person: { userId: 'a b&c', brazeId: 'b1' },
      send: 'd1',
    });
  });

  it('hands the decision id to Currents and prints nothing', async () => {
    const { extras, aborted, printed } = await renderTag(scope, answered);
    expect({ extras, aborted, printed }).toEqual({
      extras: ':key decision_id :value dec_1',
      aborted: undefined,
      printed: '',
    });
  });

  it.each([
    [
      'silence',
      { __http_status_code__: 200, decision_id: 'dec_1', action: 'silence' },
      "('Pickwell chose not to send')",
    ],
    ['no answer', undefined, "('Pickwell gave no answer')"],
  ])('aborts with a literal reason on %s', async (_case, answer, reason) => {
    const { extras, aborted } = await renderTag(scope, answer);
    expect({ extras, aborted }).toEqual({ extras: undefined, aborted: reason });
  });
});
