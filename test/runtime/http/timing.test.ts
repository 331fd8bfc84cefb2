import { afterAll, beforeAll, expect, test } from 'vitest';
import { SAMPLE } from '../../../runtime/programmes/sample.ts';
import type { Running } from '../../support/running.ts';
import { run } from '../../support/running.ts';

const HOUR = 3_600_000;
let running: Running;
type Json = Record<string, unknown>;
const json = async (response: Promise<Response>): Promise<Json> => (await (await response).json()) as Json;

/** The sample under another name, all of it approved, without a holdout. */
async function save(id: string, changes: object): Promise<Response> {
  const given = { ...SAMPLE, id, holdout: undefined, guardrails: {}, ...changes };
  const init = { method: 'PUT', headers: { 'if-match': '0' }, body: JSON.stringify(given) };
  const saved = await running.call('admin', `/v1/programmes/${id}`, init);
  for (const { id: variant } of saved.ok ? SAMPLE.variants : []) {
    await running.call('admin', `/v1/programmes/${id}/variants/${variant}/approve`, {
      method: 'POST',
      body: '{}',
    });
  }
  return saved;
}

beforeAll(async () => {
  running = await run();
  const quietHours = { from: '20:00', to: '19:00', fallbackZone: 'UTC' };
  await save('ahead', { timing: { horizonHours: 48 }, guardrails: { quietHours } });
  await save('open', { timing: { horizonHours: 48 } });
});
afterAll(() => running.stop());

test('the answer says when to send, repeats itself, and the record tells of the hour', async () => {
  const path = '/v1/decide?programme=ahead&user=ann&send=s';
  const answer = await json(running.call('decide', path));
  const at = Date.parse(String(answer.send_at));
  expect(answer).toMatchObject({ action: 'send', reason: 'policy' });
  // the only hour that is not quiet
  expect(new Date(at).getUTCHours()).toBe(19);
  expect(at - Date.now()).toBeLessThanOrEqual(48 * HOUR);
  expect(await json(running.call('decide', path))).toEqual(answer);
  const record = await json(running.call('read', `/v1/decisions/${String(answer.decision_id)}`));
  expect(record).toMatchObject({
    trace: { timing: { zone: 'UTC', planned: { channel: 'email' } } },
    explanation: {
      recomputed: true,
      summary: expect.stringContaining('19:00 in UTC, 1 times as responsive') as string,
    },
  });
});

test('a tag of Braze, which cannot wait, is answered for now', async () => {
  for (let i = 0; i < 8; i++) {
    const response = await running.call('decide', `/v1/braze/decide?programme=open&user=u${i}&send=s`);
    expect(response.status).toBe(200);
    const { decision_id: id } = (await response.json()) as Json;
    const { trace } = await json(running.call('read', `/v1/decisions/${String(id)}`));
    expect(trace).toMatchObject({ timing: { steps: [0] } });
  }
});

test('the report has the share of each channel, and what is known of hours', async () => {
  await running.folder.catchUp();
  const report = await json(running.call('read', '/v1/programmes/open/report'));
  expect(report.channels).toMatchObject([
    { channel: 'email', trials: 8, share: 1, propensity: expect.closeTo(1, 6) as number },
  ]);
  // nothing of the last day and a half can be judged yet
  expect(report.hours).toEqual([]);
  expect(await json(running.call('read', '/v1/programmes/ahead'))).toMatchObject({
    timing: { horizonHours: 48 },
  });
});

test.each([
  [{ horizonHours: 49 }, 'timing.horizonHours'],
  [{ horizonHours: 24, stepHours: 5 }, 'timing.stepHours'],
  [{ horizonHours: 24, mostOptions: 1 }, 'timing.mostOptions'],
  [{ horizonHours: 24, segment: { trait: 'country', values: ['DE'] } }, 'timing.segment.trait'],
  [{ horizonHours: 24, fallbackZone: 'Mars/Olympus' }, 'timing.fallbackZone'],
  [{ horizonHours: 24, hours: 3 }, 'timing'],
])('%j is refused with its path', async (timing, path) => {
  const response = await save('wrong', { timing });
  expect(response.status).toBe(400);
  const { errors } = (await response.json()) as { errors: { path: string }[] };
  expect(errors.map((error) => error.path)).toContain(path);
});
