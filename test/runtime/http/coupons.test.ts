import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Running } from '../../support/running.ts';
import { run } from '../../support/running.ts';

let running: Running;
beforeAll(async () => {
  running = await run();
});
afterAll(() => running.stop());

const json = async (response: Response): Promise<Record<string, unknown>> =>
  (await response.json()) as Record<string, unknown>;

type Scope = Parameters<Running['call']>[0];

function post(path: string, body: string, scope: Scope = 'write', type = 'application/json') {
  return running.call(scope, path, { method: 'POST', body, headers: { 'content-type': type } });
}

const GOAL = { signals: [{ signal: 'Order Completed', weight: 1, windowHours: 168 }] };

async function save(id: string, changes: object): Promise<Response> {
  const body = JSON.stringify({ id, name: id, status: 'live', goal: GOAL, ...changes });
  const init = { method: 'PUT', body, headers: { 'if-match': '0' } };
  return running.call('write', `/v1/programmes/${id}`, init);
}

async function live(id: string, changes: { variants: { id: string }[]; guardrails?: object }): Promise<void> {
  expect((await save(id, changes)).status).toBe(200);
  for (const variant of changes.variants) {
    const path = `/v1/programmes/${id}/variants/${variant.id}/approve`;
    expect((await running.call('approve', path, { method: 'POST' })).status).toBe(200);
  }
}

const decide = async (programme: string, user: string): Promise<Record<string, unknown>> =>
  json(await running.call('decide', `/v1/decide?programme=${programme}&user=${user}&send=s`));

describe('/v1/coupons', () => {
  test('takes codes as JSON and as NDJSON, each once, and says which it has or cannot read', async () => {
    const first = await post('/v1/coupons/spring', JSON.stringify({ codes: ['A', 'B', 'A', ' ', 7] }));
    expect(first.status).toBe(200);
    const wrong = 'expected a code: text of 1 to 200 characters, or {"code": text}';
    expect(await json(first)).toEqual({
      accepted: 2,
      rejected: [
        { index: 2, code: 'A', message: 'twice in this upload' },
        { index: 3, message: wrong },
        { index: 4, message: wrong },
      ],
    });
    const lines = '"C"\n{"code": "B"}\nno JSON\n\n{"code": "D"}\n';
    const second = await post('/v1/coupons/spring', lines, 'write', 'application/x-ndjson');
    expect(await json(second)).toEqual({
      accepted: 2,
      rejected: [
        { index: 1, code: 'B', message: 'in the pool already' },
        { index: 2, message: wrong },
      ],
    });
    expect(await json(await running.call('read', '/v1/coupons'))).toEqual({
      pools: [{ pool: 'spring', codes: 4, free: 4 }],
    });
  });

  test('takes ten thousand in one go', async () => {
    const codes = Array.from({ length: 10_000 }, (_, i) => `MANY-${i}`);
    const answer = await json(await post('/v1/coupons/many', JSON.stringify({ codes })));
    expect(answer).toEqual({ accepted: 10_000, rejected: [] });
    expect(await json(await running.call('read', '/v1/coupons'))).toMatchObject({
      pools: [{ pool: 'many', codes: 10_000, free: 10_000 }, { pool: 'spring' }],
    });
  });

  test('refuses other keys, other shapes and other names of pools, and takes nothing of them', async () => {
    const codes = JSON.stringify({ codes: ['X'] });
    expect((await post('/v1/coupons/x', codes, 'decide')).status).toBe(403);
    expect((await post('/v1/coupons/x', codes, 'read')).status).toBe(403);
    expect((await running.call('decide', '/v1/coupons')).status).toBe(403);
    for (const body of ['{}', '{"codes": []}', '{"codes": "X"}', 'X']) {
      expect((await post('/v1/coupons/x', body)).status).toBe(400);
    }
    expect((await post('/v1/coupons/x', '\n', 'write', 'application/x-ndjson')).status).toBe(400);
    expect((await post('/v1/coupons/a%2Fb', codes)).status).toBe(400);
    const { pools } = (await json(await running.call('read', '/v1/coupons'))) as {
      pools: { pool: string }[];
    };
    expect(pools.map(({ pool }) => pool)).not.toContain('x');
  });

  test('hands a code to each who is sent one, in the content, and the same to the same send', async () => {
    await post('/v1/coupons/gift', JSON.stringify({ codes: ['G<1>', 'G<2>'] }));
    const content = { subject: 'For you: {{ coupon.code }}', body: '<p>{{ coupon.code }}</p>' };
    await live('gift', {
      variants: [{ id: 'a', channel: 'email', content, coupon: 'gift' } as { id: string }],
    });
    const [ann, bob] = [await decide('gift', 'ann'), await decide('gift', 'bob')];
    expect(ann).toMatchObject({ action: 'send', coupon: { pool: 'gift', code: 'G<1>' } });
    expect(ann.content).toEqual({ subject: 'For you: G<1>', body: '<p>G&lt;1&gt;</p>' });
    expect(bob).toMatchObject({ coupon: { code: 'G<2>' } });
    expect(await decide('gift', 'ann')).toEqual(ann);
    const cleo = await decide('gift', 'cleo');
    expect(cleo).toMatchObject({ action: 'silence', reason: 'guardrail', guardrail: 'inventory' });
    const record = await json(await running.call('read', `/v1/decisions/${String(ann.decision_id)}`));
    expect(record).toMatchObject({ coupon: { pool: 'gift', code: 'G<1>' } });
    const braze = await running.call('decide', '/v1/braze/decide?programme=gift&user=ann&send=s');
    expect(await json(braze)).toMatchObject({ content: ann.content, coupon: ann.coupon });
  });
});

describe('what is left', () => {
  test('is in the report of the programme and in the metrics', async () => {
    const sms = { channel: 'sms', content: { body: 'Hi' } };
    await live('spend', {
      variants: [
        { id: 'a', ...sms, cost: 0.25 } as { id: string },
        { id: 'call', channel: 'sales', content: {}, route: { queue: 'sales', value: 9 } } as { id: string },
      ],
      guardrails: {
        caps: [{ per: 'variant', channel: 'sms', count: 2, hours: 24 }],
        budget: { perDay: 100, zone: 'Europe/Berlin', total: 0.25 },
        queues: { sales: { atOnce: 1, hours: 24 } },
      },
    });
    const answers = [await decide('spend', 'a'), await decide('spend', 'b'), await decide('spend', 'c')];
    const routed = answers.find(({ variant }) => variant === 'call');
    expect(routed).toMatchObject({ action: 'send', route: { queue: 'sales', value: 9 } });
    expect(answers[2]).toMatchObject({ action: 'silence', reason: 'guardrail' });
    const report = await json(await running.call('read', '/v1/programmes/spend/report'));
    expect(report.resources).toEqual([
      {
        ...{ resource: 'cap/spend/a/sms/24', rule: 'caps', taken: 1, limit: 2, left: 1 },
        what: 'sms contacts of this variant with anybody in 24 h',
      },
      {
        ...{ resource: 'budget/spend/day', rule: 'budget', taken: 0.25, limit: 100, left: 99.75 },
        what: 'the budget of a day in Europe/Berlin',
      },
      {
        ...{ resource: 'budget/spend/total', rule: 'budget', taken: 0.25, limit: 0.25, left: 0 },
        what: 'the whole budget',
      },
      {
        ...{ resource: 'queue/sales/now', rule: 'capacity', taken: 1, limit: 1, left: 0 },
        what: 'hand-overs to sales at once',
      },
    ]);
    const metrics = await (await fetch(`${running.base}/metrics`)).text();
    expect(metrics).toContain('pickwell_resource_taken{resource="budget/spend/day"} 0.25');
    expect(metrics).toContain('pickwell_resource_limit{resource="pool/gift"} 2');
  });
});

describe('a programme', () => {
  const variants = [{ id: 'a', channel: 'email', content: {} }];
  const wrong: [string, object, string][] = [
    [
      'a cap of signals over all persons',
      { caps: [{ per: 'programme', signal: 's', count: 1, hours: 1 }] },
      'guardrails.caps.0.per',
    ],
    [
      'a cap of no signals',
      { caps: [{ per: 'person', signal: 's', count: 0, hours: 1 }] },
      'guardrails.caps.0.count',
    ],
    ['a day without a zone', { budget: { perDay: 5 } }, 'guardrails.budget.zone'],
    ['a zone that is none', { budget: { perDay: 5, zone: 'Mars' } }, 'guardrails.budget.zone'],
    ['a budget of nothing said', { budget: {} }, 'guardrails.budget.total'],
    ['money that cannot be counted', { budget: { total: 0.12345678 } }, 'guardrails.budget.total'],
    ['places that nobody gives back', { queues: { q: { atOnce: 1 } } }, 'guardrails.queues.q.hours'],
    ['a queue whose day has no zone', { queues: { q: { perDay: 1 } } }, 'guardrails.queues.q.zone'],
  ];
  test.each(wrong)('with %s is refused, and the field is named', async (_, guardrails, path) => {
    const response = await save('wrong', { variants, guardrails });
    expect(response.status).toBe(400);
    const { errors } = (await json(response)) as { errors: { path: string }[] };
    expect(errors.map((error) => error.path)).toEqual([path]);
  });

  test('with a hand-over to a queue nobody declared is refused', async () => {
    const response = await save('wrong', { variants: [{ ...variants[0], route: { queue: 'sales' } }] });
    expect(await json(response)).toMatchObject({ errors: [{ path: 'variants.0.route.queue' }] });
  });

  test('whose variant comes with another pool has to be approved again', async () => {
    const one = { id: 'a', channel: 'email', content: { body: 'x' }, coupon: 'ten' };
    await live('deal', { variants: [one] });
    const change = { id: 'deal', name: 'deal', status: 'live', goal: GOAL };
    const version = (await running.call('read', '/v1/programmes/deal')).headers.get('etag')!;
    const body = JSON.stringify({ ...change, variants: [{ ...one, coupon: 'fifty' }] });
    const init = { method: 'PUT', body, headers: { 'if-match': version } };
    expect((await running.call('write', '/v1/programmes/deal', init)).status).toBe(200);
    expect(await decide('deal', 'ann')).toMatchObject({ action: 'silence', guardrail: 'approval' });
  });
});
