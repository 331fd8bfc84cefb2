import { expect, test } from 'vitest';
import { SAMPLE } from '../../../runtime/programmes/sample.ts';
import { runInMemory } from '../../support/running.ts';

const DAY_MS = 86_400_000;

test('an answer that is put off says when to ask again, on platform routes and on record too', async () => {
  const running = await runInMemory();
  const day = (ahead: number): string => new Date(Date.now() + ahead * DAY_MS).toISOString().slice(0, 10);
  const open = `${day(2)}T00:00:00.000Z`;
  const blackoutDates = [day(-1), day(0), day(1)];
  const quietHours = { blackoutDates, fallbackZone: 'UTC', defer: true };
  const given = { ...SAMPLE, holdout: undefined, guardrails: { quietHours } };
  const current = await running.call('read', '/v1/programmes/welcome');
  const { version } = (await current.json()) as { version: number };
  const saved = await running.call('admin', '/v1/programmes/welcome', {
    ...{ method: 'PUT', headers: { 'if-match': String(version) }, body: JSON.stringify(given) },
  });
  expect(saved.status).toBe(200);
  for (const path of ['/v1/decide', '/v1/braze/decide', '/v1/iterable/feed']) {
    const response = await running.call('decide', `${path}?programme=welcome&user=ann`);
    const answer = (await response.json()) as { decision_id: string };
    expect(answer).toMatchObject({ action: 'silence', guardrail: 'quiet-hours', retry_at: open });
    const record = await running.call('read', `/v1/decisions/${answer.decision_id}`);
    expect(await record.json()).toMatchObject({ retry_at: open, explanation: { recomputed: true } });
  }
  await running.stop();
});
