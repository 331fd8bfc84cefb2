import { describe, expect, it } from 'vitest';
import { iterable } from '../../connectors/iterable/index.ts';
import type { Answer } from '../../core/contracts/answer.ts';
import type { InboundRequest } from '../../core/contracts/http.ts';

const [route] = iterable.routes;

function feed(query: Record<string, string>): InboundRequest {
  return {
    method: 'GET',
    path: '/v1/iterable/feed',
    query,
    headers: {},
    body: new Uint8Array(),
    scopes: ['decide'],
    receivedAt: 1_795_000_000_000,
  };
}

describe('a data feed call', () => {
  it('names person, context and, without a send id, campaign and template', () => {
    const query = {
      programme: 'welcome',
      user: 'u-17',
      email: 'ada@example.com',
      campaign: '5654',
      template: '15120',
      'c.plan': 'pro',
    };
    expect(route.parse(feed(query))).toEqual({
      programme: 'welcome',
      person: { userId: 'u-17', email: 'ada@example.com' },
      scope: 'campaign=5654&template=15120',
      context: { plan: 'pro' },
    });
  });

  it('treats fields that merged empty as absent', () => {
    const parsed = route.parse(
      feed({ programme: 'welcome', user: 'u', email: '', campaign: '', 'c.plan': '' }),
    );
    expect(parsed).toEqual({ programme: 'welcome', person: { userId: 'u' }, context: {} });
  });

  it.each<Record<string, string>>([{ user: 'u' }, { programme: 'welcome', user: '' }])(
    '%j is invalid',
    (query) => {
      expect(() => route.parse(feed(query))).toThrowError(expect.objectContaining({ kind: 'invalid' }));
    },
  );
});

it('answers 200 with a JSON object, silence included', () => {
  const silence: Answer = {
    programme: 'welcome',
    action: 'silence',
    reason: 'policy',
    rung: 'full',
    decision_recorded: true,
  };
  expect(route.render(silence)).toEqual({ status: 200, body: silence });
});

it('prints a feed URL for one user, with the key beside it', () => {
  const [line = '', header] = iterable.snippets[0]
    .text('wel come', 'https://decide.example/', 'pk_1')
    .split('\n');
  expect(line).toBe(
    'URL:    https://decide.example/v1/iterable/feed?programme=wel%20come' +
      '&user={{#urlEncode}}{{userId}}{{/urlEncode}}&campaign=CAMPAIGN',
  );
  expect(header).toBe('Header: X-Api-Key: pk_1');
});
