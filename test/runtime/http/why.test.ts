import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Running } from '../../support/running.ts';
import { runInMemory } from '../../support/running.ts';
import { SAMPLE } from '../../../runtime/programmes/sample.ts';

let running: Running;
beforeAll(async () => {
  running = await runInMemory();
});
afterAll(() => running.stop());

type Json = Record<string, unknown>;
const NO_FUNNEL = { candidates: 0, dropped: {}, chosen: 0, notChosen: {}, lostInArbitration: 0 };
const json = async (response: Response): Promise<Json> => (await response.json()) as Json;

async function decideFor(user: string, send: string, more = ''): Promise<Json> {
  const path = `/v1/decide?programme=welcome&user=${user}&send=${send}${more}`;
  const { decision_id } = await json(await running.call('decide', path));
  return json(await running.call('read', `/v1/decisions/${String(decision_id)}`));
}

test('who got something learns what else it could have been, and how near that was', async () => {
  let told = await decideFor('ann', 's1');
  // the first who is not in the holdout
  for (let i = 0; told.reason !== 'policy'; i++) told = await decideFor(`ann${i}`, 's1');
  const explanation = told.explanation as Json;
  expect(explanation.summary).toMatch(/^\S+ on email: drawn with a chance of 20 % among 5 options$/);
  expect(explanation).toMatchObject({ recomputed: true, read: {} });
  expect(explanation.funnel).toEqual({ ...NO_FUNNEL, candidates: 5, chosen: 1, notChosen: { policy: 4 } });
  const options = explanation.options as { fate: string; wouldTake?: string }[];
  expect(options.filter(({ fate }) => fate === 'chosen')).toHaveLength(1);
  const others = options.filter(({ fate }) => fate === 'not-chosen');
  expect(others).toHaveLength(4);
  for (const { wouldTake } of others)
    expect(wouldTake).toMatch(/^with a chance of [\d.]+ % instead of 20 %$/);
});

test('who got nothing learns which rule it was, its numbers, and what would have changed it', async () => {
  let user = 'bob';
  for (let i = 0; (await decideFor(user, 'first')).reason === 'holdout'; i++) user = `bob${i}`;
  for (const send of ['second', 'third']) await decideFor(user, send);
  const told = await decideFor(user, 'fourth');
  expect(told).toMatchObject({ action: 'silence', reason: 'guardrail', guardrail: 'caps' });
  const explanation = told.explanation as {
    smallestChange: { text: string; changes: object[] };
    otherChanges: { text: string; changes: object[] }[];
    options: object[];
    read: { contacts: object[] };
  };
  expect(explanation).toMatchObject({
    summary: 'nothing: no variant could be sent (dropped: 5 by caps)',
    funnel: { ...NO_FUNNEL, candidates: 5, dropped: { caps: 5 } },
    recomputed: true,
  });
  expect(explanation.read.contacts).toHaveLength(3);
  expect(explanation.options[0]).toMatchObject({
    fate: 'dropped',
    rule: 'caps',
    count: 3,
    limit: 3,
    hours: 168,
  });
  const [time, contact] = [explanation.smallestChange, explanation.otherChanges[0]!];
  expect(time.changes).toEqual([{ kind: 'time', at: expect.any(Number) }]);
  expect(time.text).toMatch(/would have been chosen on \w+day \d{4}-\d\d-\d\d \d\d:\d\d UTC$/);
  expect(contact.text).toMatch(/would have been chosen with 1 email contact less in the last 168 h$/);
});

test('is explained on the version it was made on, when the programme and the person have changed', async () => {
  let user = 'cleo';
  for (let i = 0; (await decideFor(user, 'x')).reason === 'holdout'; i++) user = `cleo${i}`;
  const eligible = 'traits.age >= 18';
  const saved = await running.call('write', '/v1/programmes/welcome', {
    method: 'PUT',
    headers: { 'if-match': await versionOf() },
    body: JSON.stringify({ ...SAMPLE, guardrails: { eligible } }),
  });
  expect(saved.status).toBe(200);
  const { decision_id } = await decideFor(user, 'y');
  await running.call('ingest', '/v1/segment', {
    method: 'POST',
    body: JSON.stringify({ type: 'identify', messageId: 'm', userId: user, traits: { age: 40 } }),
  });
  await running.call('write', '/v1/programmes/welcome', {
    method: 'PUT',
    headers: { 'if-match': await versionOf() },
    body: JSON.stringify(SAMPLE),
  });
  const told = await json(await running.call('read', `/v1/decisions/${String(decision_id)}`));
  expect(told).toMatchObject({
    guardrail: 'eligibility',
    explanation: {
      recomputed: true,
      smallestChange: { changes: [{ kind: 'value', field: 'traits.age', value: 18 }] },
    },
  });
});

test('a changed programme is tried out on what was decided, and what cannot be tried is refused', async () => {
  const replay = (body: object, query = '') =>
    running.call('read', `/v1/programmes/welcome/replay${query}`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
  const guardrails = { caps: [{ per: 'person', channel: 'email', count: 1, hours: 168 }] };
  const tried = await json(await replay({ ...SAMPLE, guardrails }, '?limit=50'));
  expect(tried).toMatchObject({
    programme: 'welcome',
    ended: 'everything',
    newlyDropped: { caps: expect.any(Number) },
    value: { refused: expect.stringContaining('outcome') },
  });
  expect(tried.differ).toBeGreaterThan(0);
  expect(await json(await replay({ ...SAMPLE, guardrails: { eligible: 'traits.age >' } }))).toMatchObject({
    status: 422,
    errors: [{ path: 'guardrails.eligible' }],
  });
  expect((await replay({ ...SAMPLE, id: 'other' })).status).toBe(422);
  expect(await json(await replay(SAMPLE, '?limit=0'))).toMatchObject({
    status: 400,
    errors: [{ path: 'limit' }],
  });
  expect(await json(await replay(SAMPLE, '?from=yesterday'))).toMatchObject({ errors: [{ path: 'from' }] });
  const { funnel } = await json(await running.call('read', '/v1/programmes/welcome/report'));
  expect(funnel).toMatchObject({ decisions: expect.any(Number), dropped: { caps: expect.any(Number) } });
});

test('a programme is looked over, and a save says the same without refusing', async () => {
  const guardrails = { eligible: 'traits.age > 40 && traits.age < 30', consent: { Email: 'marketing' } };
  const body = JSON.stringify({ ...SAMPLE, fallback: 'warm', guardrails });
  const found = await json(await running.call('read', '/v1/programmes/lint', { method: 'POST', body }));
  expect(found.findings).toMatchObject([
    { code: 'rule-never', path: 'guardrails.eligible' },
    { code: 'channel-without-variants', path: 'guardrails.consent.Email' },
    { code: 'channel-without-consent' },
    { code: 'fallback-needs-person', path: 'fallback' },
  ]);
  const put = async (programme: string) =>
    running.call('write', '/v1/programmes/welcome', {
      method: 'PUT',
      headers: { 'if-match': await versionOf() },
      body: programme,
    });
  const saved = await json(await put(body));
  expect(saved).toMatchObject({ version: expect.any(Number), findings: found.findings });
  // what was answered may be sent back, and is not kept
  expect((await put(JSON.stringify({ ...saved, guardrails: {} }))).status).toBe(200);
  expect(await json(await running.call('read', '/v1/programmes/welcome'))).not.toHaveProperty('findings');
});

test('what can be asked is described', async () => {
  const { paths } = (await json(await fetch(`${running.base}/openapi.json`))) as {
    paths: Record<string, { post: { parameters?: { name: string; in: string }[]; responses: Json } }>;
  };
  const replay = paths['/v1/programmes/{id}/replay']!.post.parameters!;
  expect(replay.map((own) => [own.in, own.name])).toEqual([
    ['path', 'id'],
    ['query', 'limit'],
    ['query', 'from'],
  ]);
  expect(JSON.stringify(paths['/v1/programmes/lint']!.post.responses['200'])).toContain('"fix"');
});

async function versionOf(): Promise<string> {
  const response = await running.call('read', '/v1/programmes/welcome');
  return response.headers.get('etag')!;
}
