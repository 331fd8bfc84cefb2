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
  expect(explanation.funnel).toEqual({ candidates: 5, dropped: {}, chosen: 1, notChosen: { policy: 4 } });
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
    funnel: { candidates: 5, dropped: { caps: 5 }, chosen: 0, notChosen: {} },
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

async function versionOf(): Promise<string> {
  const response = await running.call('read', '/v1/programmes/welcome');
  return response.headers.get('etag')!;
}
