import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SAMPLE } from '../../../runtime/programmes/sample.ts';
import type { Running } from '../../support/running.ts';
import { publish, run } from '../../support/running.ts';

let running: Running;
beforeAll(async () => {
  running = await run();
});
afterAll(() => running.stop());

const json = async (response: Response): Promise<Record<string, unknown>> =>
  (await response.json()) as Record<string, unknown>;

describe('/v1/decide', () => {
  test('answers a decision and keeps it', async () => {
    const response = await running.call('decide', '/v1/decide?programme=welcome&user=ann&send=s1&c.plan=pro');
    expect(response.status).toBe(200);
    const answer = await json(response);
    expect(answer).toMatchObject({ programme: 'welcome', rung: 'full', decision_recorded: true });
    const record = await json(await running.call('read', `/v1/decisions/${String(answer.decision_id)}`));
    expect(record).toMatchObject({
      decision_id: answer.decision_id,
      action: answer.action,
      variant: answer.variant,
    });
    expect(record).toMatchObject({ trace: { context: { plan: 'pro' } }, ledger: expect.any(Number) });
  });

  test('the same send asked 50 times at once is one decision in identical bytes, and nobody else gets it', async () => {
    const ask = (user: string) =>
      running.call('decide', `/v1/braze/decide?programme=welcome&user=${user}&send=wave`);
    const all = await Promise.all(Array.from({ length: 50 }, async () => (await ask('bob')).text()));
    expect(new Set(all).size).toBe(1);
    const { decision_id } = JSON.parse(all[0]!) as { decision_id: string };
    const other = await json(await ask('carol'));
    expect(other.decision_id).not.toBe(decision_id);
    const person = await json(await running.call('read', '/v1/persons/bob'));
    expect(person.decisions).toHaveLength(1);
  });

  test('takes the same in a body', async () => {
    const body = JSON.stringify({ programme: 'welcome', person: { userId: 'ann' }, send: 's1' });
    const posted = await json(await running.call('decide', '/v1/decide', { method: 'POST', body }));
    const got = await json(await running.call('decide', '/v1/decide?programme=welcome&user=ann&send=s1'));
    expect(posted).toEqual(got);
  });

  test('a preview records nothing', async () => {
    const answer = await json(
      await running.call('decide', '/v1/decide?programme=welcome&user=dora&preview=1'),
    );
    expect(answer).toMatchObject({ reason: 'preview', decision_recorded: false });
    expect((await running.call('read', '/v1/persons/dora')).status).toBe(404);
  });

  test('a pin needs a write key and is honoured', async () => {
    const path = '/v1/decide?programme=welcome&user=eve&send=p&pin=offer';
    expect((await running.call('decide', path)).status).toBe(403);
    expect(await json(await running.call('admin', path))).toMatchObject({
      variant: 'offer',
      reason: 'pinned',
    });
  });

  test('a trace needs a read key and tells how it was chosen', async () => {
    const path = '/v1/decide?programme=welcome&user=frank&trace=1';
    expect((await running.call('decide', path)).status).toBe(403);
    const { trace } = (await json(await running.call('admin', path))) as {
      trace: { eligible: { propensity: number }[] };
    };
    const total = trace.eligible.reduce((sum, { propensity }) => sum + propensity, 0);
    expect(total).toBeCloseTo(1, 12);
  });

  test('a batch answers in order, and one bad item costs only itself', async () => {
    const items = [
      { programme: 'welcome', person: { userId: 'b1' }, send: 'x' },
      { programme: 'welcome', person: {} },
      { programme: 'none', person: { userId: 'b2' } },
      { programme: 'welcome', person: { userId: 'b3' }, send: 'x' },
    ];
    const response = await running.call('decide', '/v1/decide/batch', {
      method: 'POST',
      body: JSON.stringify({ items }),
    });
    const lines = (await response.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map((line) => line.status ?? line.rung)).toEqual(['full', 400, 404, 'full']);
    const again = await json(await running.call('decide', '/v1/decide?programme=welcome&user=b3&send=x'));
    expect(again.decision_id).toBe(lines[3]!.decision_id);
  });
});

describe('what is refused', () => {
  test.each([
    ['no key', '/v1/decide?programme=welcome&user=x', {}, 401],
    ['a wrong key', '/v1/decide?programme=welcome&user=x', { authorization: 'Bearer pk_decide_wrong' }, 401],
    [
      'a wrong key on a platform route',
      '/v1/braze/decide?programme=welcome&user=x',
      { 'x-api-key': 'nope' },
      401,
    ],
  ])('%s', async (_, path, headers: Record<string, string>, status) => {
    const response = await fetch(`${running.base}${path}`, { headers });
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
  });

  test('S6: a key of another scope: 403', async () => {
    expect((await running.call('ingest', '/v1/decide?programme=welcome&user=x')).status).toBe(403);
    expect((await running.call('decide', '/v1/programmes')).status).toBe(403);
  });

  test('an unknown programme: 404 here, 200 on the default rung for Braze and Iterable', async () => {
    expect((await running.call('decide', '/v1/decide?programme=none&user=x')).status).toBe(404);
    for (const path of ['/v1/braze/decide', '/v1/iterable/feed']) {
      const response = await running.call('decide', `${path}?programme=none&user=x`);
      expect(response.status).toBe(200);
      expect(await json(response)).toMatchObject({
        rung: 'default',
        action: 'silence',
        decision_recorded: false,
      });
    }
  });

  test('malformed JSON: 400, a missing field: 400 that names it', async () => {
    const post = (body: string) => running.call('decide', '/v1/decide', { method: 'POST', body });
    expect((await post('{"programme":')).status).toBe(400);
    const problem = await json(await post('{"programme":"welcome"}'));
    expect(problem).toMatchObject({ status: 400, errors: [{ path: 'person' }] });
  });

  test('S7: a body over 64 KB: 413', async () => {
    const body = JSON.stringify({ programme: 'welcome', person: { userId: 'x'.repeat(70_000) } });
    expect((await running.call('decide', '/v1/decide', { method: 'POST', body })).status).toBe(413);
  });

  test('another method: 405', async () => {
    expect((await running.call('decide', '/v1/decide', { method: 'DELETE' })).status).toBe(405);
  });

  test('S9: names that every object has are inert', async () => {
    const body =
      '{"programme":"welcome","person":{"userId":"pol","__proto__":{"brazeId":"x"}},"send":"s","context":{"__proto__":1,"constructor":"c"}}';
    const answer = await json(await running.call('decide', '/v1/decide', { method: 'POST', body }));
    expect(answer).toMatchObject({ rung: 'full' });
    expect(await json(await running.call('decide', '/v1/decide?programme=__proto__&user=x'))).toMatchObject({
      status: 404,
    });
    expect(await json(await running.call('decide', '/v1/decide?programme=constructor&user=x'))).toMatchObject(
      { status: 404 },
    );
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

describe('a programme that is not live, and a pin', () => {
  test('put nobody into an arm', async () => {
    const persons = async (): Promise<number> => {
      await running.folder.catchUp();
      const { lift } = (await json(await running.call('read', '/v1/programmes/welcome/report'))) as {
        lift: { treated: { persons: number }; holdout: { persons: number } };
      };
      return lift.treated.persons + lift.holdout.persons;
    };
    const before = await persons();
    await running.call('admin', '/v1/decide?programme=welcome&user=pinned-only&send=p&pin=offer');
    await running.call('write', '/v1/programmes/welcome/pause', { method: 'POST' });
    const paused = await json(
      await running.call('decide', '/v1/decide?programme=welcome&user=while-paused&send=p'),
    );
    expect(paused).toMatchObject({ action: 'silence', guardrail: 'dates' });
    await running.call('write', '/v1/programmes/welcome/start', { method: 'POST' });
    expect(await persons()).toBe(before);
    await running.call('decide', '/v1/decide?programme=welcome&user=while-live&send=p');
    expect(await persons()).toBe(before + 1);
  });
});

test('the store away: Braze gets the approved default with its template filled, and it says so', async () => {
  const broken = await run();
  await publish(broken, { ...SAMPLE, id: 'usual', fallback: 'warm', guardrails: {} });
  await broken.call('decide', '/v1/decide?programme=usual&user=a');
  await broken.folder.stop();
  await broken.breakStore();
  const answer = await json(
    await broken.call('decide', '/v1/braze/decide?programme=usual&user=b&c.first_name=Bea'),
  );
  expect(answer).toMatchObject({
    action: 'send',
    variant: 'warm',
    rung: 'default',
    decision_recorded: false,
  });
  expect(answer.content).toMatchObject({ subject: 'Welcome, Bea' });
  const events = await broken.call('ingest', '/v1/segment', {
    method: 'POST',
    body: '{"type":"track","event":"x","userId":"a"}',
  });
  expect(events.status).toBe(503);
  await broken.stop().catch(() => undefined);
});
