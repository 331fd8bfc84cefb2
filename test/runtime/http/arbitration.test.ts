import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SAMPLE } from '../../../runtime/programmes/sample.ts';
import type { Running } from '../../support/running.ts';
import { run } from '../../support/running.ts';

let running: Running;
const json = async (response: Promise<Response>): Promise<Record<string, unknown>> =>
  (await (await response).json()) as Record<string, unknown>;
const post = (path: string, body: object): Promise<Response> =>
  running.call('admin', path, { method: 'POST', body: JSON.stringify(body) });

/** The sample under another name, of one approved variant and without a holdout. */
async function save(id: string, changes: object): Promise<Response> {
  const variants = SAMPLE.variants.slice(0, 1);
  const goal = { signals: SAMPLE.goal.signals.slice(0, 1) };
  const own = { id, variants, goal, fallback: 'warm', holdout: undefined, guardrails: {} };
  const given = { ...SAMPLE, ...own, ...changes };
  const init = { method: 'PUT', headers: { 'if-match': '0' }, body: JSON.stringify(given) };
  const saved = await running.call('admin', `/v1/programmes/${id}`, init);
  if (saved.ok) await post(`/v1/programmes/${id}/variants/warm/approve`, {});
  return saved;
}

beforeAll(async () => {
  running = await run();
  await save('news', {});
  await save('offer', { arbitration: { priority: 2, lever: 55 } });
});
afterAll(() => running.stop());

describe('a list of programmes', () => {
  test('gets one answer, and the record tells how it came to win', async () => {
    const body = { programme: ['news', 'offer'], person: { userId: 'ann' }, send: 's' };
    const answer = await json(post('/v1/decide', body));
    expect(answer).toMatchObject({ programme: 'offer', action: 'send', rung: 'full' });
    expect(answer).not.toHaveProperty('arbitration');
    // as a query, in the other order and with a trace it is the same decision
    const query = '/v1/decide?programme=offer,news&user=ann&send=s';
    expect(await json(running.call('decide', query))).toEqual(answer);
    const traced = await json(running.call('admin', `${query}&trace=1`));
    const record = await json(running.call('read', `/v1/decisions/${String(answer.decision_id)}`));
    const propensity = expect.closeTo(1 / 30, 12);
    const arbitration = [
      {
        ...{ programme: 'news', reason: 'outscored', score: expect.closeTo(1 / 30, 12) },
        ...{ factors: { propensity }, dropped: [], candidates: 1 },
      },
      {
        programme: 'offer',
        reason: 'won',
        score: expect.closeTo(3.1 / 30, 12),
        factors: { propensity, lever: 1.55 },
      },
    ];
    expect(traced).toMatchObject({ decision_id: answer.decision_id, trace: { arbitration } });
    // made again from its record alone, it is the same decision
    expect(record).toMatchObject({ trace: { arbitration }, explanation: { recomputed: true } });
  });

  test('is understood by Braze, Iterable and batches, and by the first two without programmes that are not known', async () => {
    const path = '?programme=news%2Cghost%2Coffer&user=bob';
    for (const route of ['/v1/braze/decide', '/v1/iterable/feed']) {
      expect(await json(running.call('decide', route + path))).toMatchObject({
        programme: 'offer',
        rung: 'full',
      });
    }
    const items = [
      { programme: ['news', 'offer'], person: { userId: 'cid' } },
      { programme: ['news', 'ghost'], person: { userId: 'cid' } },
    ];
    const lines = await (await post('/v1/decide/batch', { items })).text();
    const [good, bad] = lines.split('\n').map((line) => (line ? (JSON.parse(line) as object) : undefined));
    expect(good).toMatchObject({ programme: 'offer' });
    expect(bad).toMatchObject({
      status: 422,
      errors: [{ path: 'programme.1', message: 'no programme ghost' }],
    });
  });

  test('with one that is not known is refused, and says which', async () => {
    const response = await running.call('decide', '/v1/decide?programme=news,ghost,spook&user=dan');
    expect(response.status).toBe(422);
    const { errors } = (await response.json()) as { errors: object[] };
    expect(errors).toEqual([
      { path: 'programme.1', message: 'no programme ghost' },
      { path: 'programme.2', message: 'no programme spook' },
    ]);
    expect((await running.call('read', '/v1/persons/dan')).status).toBe(404);
  });

  test.each([
    ['is empty', { programme: [] }, 'programme'],
    ['has a pin', { programme: ['news', 'offer'], pin: 'warm' }, 'pin'],
    ['has more than 20', { programme: Array.from({ length: 21 }, (_, i) => `p${i}`) }, 'programme'],
  ])('that %s: 400', async (_, body, path) => {
    const response = await post('/v1/decide', { ...body, person: { userId: 'eve' } });
    expect(response.status).toBe(400);
    const { errors } = (await response.json()) as { errors: { path: string }[] };
    expect(errors.map((error) => error.path)).toEqual([path]);
  });
});

test.each([
  ['priority', { priority: 0 }],
  ['lever', { lever: -101 }],
  ['factors', { factors: { luck: true } }],
])('an arbitration with a wrong %s is refused by name', async (field, arbitration) => {
  const response = await save('wrong', { arbitration });
  expect(response.status).toBe(400);
  expect(JSON.stringify(await response.json())).toContain(`arbitration.${field}`);
});

test('the store away: the first programme with a default that may be sent answers', async () => {
  const before = running;
  running = await run();
  await save('bare', { fallback: undefined });
  await save('news', {});
  await running.folder.stop();
  await running.breakStore();
  const answer = await json(
    running.call('decide', '/v1/braze/decide?programme=bare,ghost,news&user=b&c.first_name=B'),
  );
  expect(answer).toMatchObject({
    programme: 'news',
    variant: 'warm',
    rung: 'default',
    decision_recorded: false,
  });
  const none = await json(running.call('decide', '/v1/iterable/feed?programme=bare,ghost&user=b'));
  expect(none).toMatchObject({ programme: 'bare', action: 'silence', decision_recorded: false });
  await running.stop().catch(() => undefined);
  running = before;
});
