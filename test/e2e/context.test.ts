import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort, start, untilReady } from '../support/process.ts';
import { scratchFolder } from '../support/running.ts';

const KEY = 'pk_admin_for_this_test';
const PLANS = { free: 'warm', pro: 'brief' } as const;
type Plan = keyof typeof PLANS;
const PER_PLAN = 400;

let scratch: ReturnType<typeof scratchFolder>;
let server: ReturnType<typeof start>;
let base: string;

beforeAll(async () => {
  scratch = scratchFolder();
  const port = String(await freePort());
  base = `http://127.0.0.1:${port}`;
  const settings = { PICKWELL_DATA: scratch.folder, PICKWELL_PORT: port, PICKWELL_ADMIN_KEY: KEY };
  server = start({ ...settings, PICKWELL_LOG: 'error' });
  await untilReady(base, server);
});
afterAll(async () => {
  server.child.kill('SIGTERM');
  await server.exit;
  scratch.remove();
});

async function call(path: string, body?: object, init: RequestInit = {}): Promise<string> {
  const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json', ...init.headers };
  const post = body && { method: 'POST', body: JSON.stringify(body) };
  const response = await fetch(`${base}${path}`, { ...post, ...init, headers });
  const text = await response.text();
  expect(response.status, text).toBe(200);
  return text;
}

async function json<T>(...asked: Parameters<typeof call>): Promise<T> {
  return JSON.parse(await call(...asked)) as T;
}

const programme = {
  id: 'tips',
  name: 'Tips',
  goal: { signals: [{ signal: 'Order Completed', weight: 1, windowHours: 168 }] },
  context: {
    plan: { type: 'category', values: ['free', 'pro'] },
    days: { type: 'number', min: 0, max: 365 },
  },
  variants: Object.values(PLANS).map((id) => ({ id, channel: 'email', content: { subject: id } })),
  policy: { kind: 'linear-thompson', floor: 0.02, halfLifeDays: 60 },
};

interface Answer {
  decision_id: string;
  variant: string;
}

/** Persons of both plans, who order what their plan prefers. */
async function oneWave(): Promise<number> {
  const people = (Object.keys(PLANS) as Plan[]).flatMap((plan) =>
    Array.from({ length: PER_PLAN }, (_, i) => ({ plan, userId: `${plan} ${i}`, days: i % 365 })),
  );
  const items = people.map(({ plan, userId, days }) => {
    return { programme: 'tips', person: { userId }, send: 'one', context: { plan, days: String(days) } };
  });
  const lines = (await call('/v1/decide/batch', { items })).trim().split('\n');
  const answers = lines.map((line) => JSON.parse(line) as Answer);
  const events = people.flatMap(({ plan, userId }, i) => {
    const { decision_id, variant } = answers[i]!;
    // a third of those who got what their plan prefers, one in twenty of the others
    if (i % (variant === PLANS[plan] ? 3 : 20) !== 0) return [];
    const event = { id: `order ${userId}`, type: 'signal', name: 'Order Completed', person: { userId } };
    return [{ ...event, time: new Date().toISOString(), properties: { decision_id } }];
  });
  expect(await json('/v1/events', { events })).toMatchObject({ accepted: events.length });
  return events.length;
}

interface Option {
  option: string;
  trials: number;
  effectiveTrials: number;
  share: number;
  propensity: number;
  estimate: number;
  interval: { low: number; high: number };
  signals: Record<string, { count: number }>;
  coefficients: { feature: string; estimate: number; interval: { low: number; high: number } }[];
}

describe('a programme with a context, from the outside', () => {
  let orders: number;

  beforeAll(async () => {
    await call('/v1/programmes/tips', undefined, {
      method: 'PUT',
      headers: { 'if-match': '0' },
      body: JSON.stringify(programme),
    });
    for (const { id } of programme.variants) await call(`/v1/programmes/tips/variants/${id}/approve`, {});
    await call('/v1/programmes/tips/start', {});
    orders = await oneWave();
  });

  test(
    'reports what each option earns, and what each feature adds to that',
    { timeout: 20_000 },
    async () => {
      const report = (): Promise<{ policy: object; options: Option[] }> => json('/v1/programmes/tips/report');
      const counted = ({ options }: { options: Option[] }): number[] => [
        options.reduce((sum, own) => sum + own.trials, 0),
        options.reduce((sum, own) => sum + (own.signals['Order Completed']?.count ?? 0), 0),
      ];
      await expect
        .poll(async () => counted(await report()), { timeout: 15_000 })
        .toEqual([2 * PER_PLAN, orders]);
      const { policy, options } = await report();
      expect(policy).toEqual(programme.policy);
      for (const { option, trials, effectiveTrials, interval, estimate, coefficients } of options) {
        expect(effectiveTrials).toBeCloseTo(trials, 6);
        expect(interval.low).toBeLessThan(estimate);
        expect(interval.high).toBeGreaterThan(estimate);
        const of = (feature: string): number => coefficients.find((own) => own.feature === feature)!.estimate;
        expect(of('plan = free') > of('plan = pro')).toBe(option === 'warm');
      }
      expect(options.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
      expect(options.reduce((sum, { propensity }) => sum + propensity, 0)).toBeCloseTo(1, 12);
    },
  );

  test.each([
    ['free', 'warm', 'brief'],
    ['pro', 'brief', 'warm'],
  ])('sends people on %s the variant %s, and says why', async (plan, better, worse) => {
    const path = `/v1/decide?programme=tips&user=new&send=${plan}&trace=1&c.plan=${plan}&c.days=100`;
    const { trace } = await json<{ trace: Trace }>(path);
    const of = (option: string): Trace['eligible'][number] =>
      trace.eligible.find((own) => own.option === option)!;
    expect(of(better).propensity).toBeGreaterThan(0.9);
    expect(of(worse).propensity).toBeGreaterThanOrEqual(0.02);
    expect(trace.policy).toMatch(/^linear-thompson; .*error/);
    for (const { option, score } of trace.eligible) {
      const parts = trace.explanation.contributions[option]!;
      expect(parts.reduce((sum, { contribution }) => sum + contribution, 0)).toBeCloseTo(score, 9);
      expect(parts.map(({ feature }) => feature)).toContain(`plan = ${plan}`);
    }
    expect(trace.explanation.modelVersion).toBeGreaterThan(0);
  });

  test('decides people of whom nothing is known, or something nobody declared', async () => {
    for (const context of ['', '&c.plan=gold', '&c.days=soon', '&c.days=-4&c.page=1']) {
      const answer = await json(
        `/v1/decide?programme=tips&user=other&send=s${context}${context.length}${context}`,
      );
      expect(answer).toMatchObject({ action: 'send', rung: 'full', reason: 'policy' });
    }
  });

  test('refuses a policy that is not there, with the field', async () => {
    const response = await fetch(`${base}/v1/programmes/tips`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${KEY}`, 'if-match': '4' },
      body: JSON.stringify({ ...programme, policy: { kind: 'auto' } }),
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      errors: [{ path: 'policy.kind', message: expect.stringContaining('linear-thompson') as string }],
    });
  });
});

interface Trace {
  policy: string;
  eligible: { option: string; propensity: number; score: number }[];
  explanation: {
    modelVersion: number;
    contributions: Record<string, { feature: string; contribution: number }[]>;
  };
}
