import { describe, expect, onTestFinished, test } from 'vitest';
import { freePort, start, untilReady } from '../support/process.ts';
import { postgresServer } from '../support/postgres.ts';
import { scratchFolder } from '../support/running.ts';

const KEY = 'pk_admin_for_this_test';
const PLANS = { free: 'warm', pro: 'brief' } as const;
type Plan = keyof typeof PLANS;
const PER_PLAN = 400;

const database = await postgresServer();

/** Copies of the program on one store; what is asked for is asked of the last, everything else is told to the first. */
interface Site {
  teller: string;
  asked: string;
  stop(): Promise<void>;
}

async function startCopy(more: Record<string, string>): Promise<Site> {
  const { folder, remove } = scratchFolder();
  const port = String(await freePort());
  const base = `http://127.0.0.1:${port}`;
  const settings = {
    PICKWELL_DATA: folder,
    PICKWELL_PORT: port,
    PICKWELL_ADMIN_KEY: KEY,
    PICKWELL_LOG: 'error',
  };
  const server = start({ ...settings, ...more });
  await untilReady(base, server);
  const stop = async (): Promise<void> => {
    server.child.kill('SIGTERM');
    await server.exit;
    remove();
  };
  return { teller: base, asked: base, stop };
}

async function startCopies(): Promise<Site> {
  const shared = { DATABASE_URL: await database!.database() };
  const one = await startCopy(shared);
  const other = await startCopy(shared);
  const stop = async (): Promise<void> => void (await Promise.all([one.stop(), other.stop()]));
  return { teller: one.teller, asked: other.asked, stop };
}

const SITES: [string, () => Promise<Site>][] = [
  ['one process on a folder', () => startCopy({})],
  ...(database ? [['two copies on PostgreSQL', startCopies] as [string, () => Promise<Site>]] : []),
];

async function call(url: string, body?: object, init: RequestInit = {}): Promise<string> {
  const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json', ...init.headers };
  const post = body && { method: 'POST', body: JSON.stringify(body) };
  const response = await fetch(url, { ...post, ...init, headers });
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
  rung: string;
  decision_id: string;
  variant: string;
}

/** The decisions, asked for again where the machine was too busy to make them in time. */
async function decideAll(url: string, items: object[]): Promise<Answer[]> {
  for (;;) {
    const lines = (await call(url, { items })).trim().split('\n');
    const answers = lines.map((line) => JSON.parse(line) as Answer);
    if (answers.every(({ rung }) => rung === 'full')) return answers;
  }
}

/** Persons of both plans, who order what their plan prefers. */
async function oneWave({ teller }: Site): Promise<number> {
  const people = (Object.keys(PLANS) as Plan[]).flatMap((plan) =>
    Array.from({ length: PER_PLAN }, (_, i) => ({ plan, userId: `${plan} ${i}`, days: i % 365 })),
  );
  const answers: Answer[] = [];
  for (let from = 0; from < people.length; from += 50) {
    const items = people.slice(from, from + 50).map(({ plan, userId, days }) => {
      return { programme: 'tips', person: { userId }, send: 'one', context: { plan, days: String(days) } };
    });
    answers.push(...(await decideAll(`${teller}/v1/decide/batch`, items)));
  }
  const events = people.flatMap(({ plan, userId }, i) => {
    const { decision_id, variant } = answers[i]!;
    // a third of those who got what their plan prefers, one in twenty of the others
    if (i % (variant === PLANS[plan] ? 3 : 20) !== 0) return [];
    const event = { id: `order ${userId}`, type: 'signal', name: 'Order Completed', person: { userId } };
    return [{ ...event, time: new Date().toISOString(), properties: { decision_id } }];
  });
  expect(await json(`${teller}/v1/events`, { events })).toMatchObject({ accepted: events.length });
  return events.length;
}

interface Option {
  option: string;
  trials: number;
  effectiveTrials: number;
  pending: { trials: number; counted: number };
  share: number;
  propensity: number;
  estimate: number;
  interval: { low: number; high: number };
  signals: Record<string, { count: number }>;
  coefficients: { feature: string; estimate: number; interval: { low: number; high: number } }[];
}

async function setUp({ teller }: Site): Promise<void> {
  const tips = `${teller}/v1/programmes/tips`;
  await call(tips, undefined, {
    method: 'PUT',
    headers: { 'if-match': '0' },
    body: JSON.stringify(programme),
  });
  for (const { id } of programme.variants) await call(`${tips}/variants/${id}/approve`, {});
  await call(`${tips}/start`, {});
}

/** What each option earns, and what each feature adds to that. */
async function expectReport({ asked }: Site, orders: number): Promise<void> {
  const report = (): Promise<{ policy: object; options: Option[] }> =>
    json(`${asked}/v1/programmes/tips/report`);
  const counted = ({ options }: { options: Option[] }): number[] => [
    options.reduce((sum, own) => sum + own.trials, 0),
    options.reduce((sum, own) => sum + (own.signals['Order Completed']?.count ?? 0), 0),
  ];
  await expect.poll(async () => counted(await report()), { timeout: 20_000 }).toEqual([2 * PER_PLAN, orders]);
  const { policy, options } = await report();
  expect(policy).toEqual(programme.policy);
  for (const { option, trials, effectiveTrials, pending, interval, estimate, coefficients } of options) {
    // orders may still come of all of them
    expect(pending.trials).toBe(trials);
    expect(pending.counted).toBeCloseTo(effectiveTrials, 6);
    expect(effectiveTrials).toBeLessThan(trials);
    expect(interval.low).toBeLessThan(estimate);
    expect(interval.high).toBeGreaterThan(estimate);
    const of = (feature: string): number => coefficients.find((own) => own.feature === feature)!.estimate;
    expect(of('plan = free') > of('plan = pro')).toBe(option === 'warm');
  }
  expect(options.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
  expect(options.reduce((sum, { propensity }) => sum + propensity, 0)).toBeCloseTo(1, 12);
}

/**
 * People on a plan get what it prefers, and the trace says why. Nothing of it is recorded, so that no newer model comes
 * between a score and what it is the sum of.
 */
async function expectPreferred({ asked }: Site, plan: Plan): Promise<void> {
  const path = `/v1/decide?programme=tips&user=new&send=${plan}&preview=true&trace=1&c.plan=${plan}&c.days=100`;
  const { trace } = await json<{ trace: Trace }>(`${asked}${path}`);
  for (const { option, propensity, score } of trace.eligible) {
    if (option === PLANS[plan]) expect(propensity).toBeGreaterThan(0.9);
    else expect(propensity).toBeGreaterThanOrEqual(0.02);
    const parts = trace.explanation.contributions[option]!;
    expect(parts.reduce((sum, { contribution }) => sum + contribution, 0)).toBeCloseTo(score, 9);
    expect(parts.map(({ feature }) => feature)).toContain(`plan = ${plan}`);
  }
  expect(trace.policy).toMatch(/^linear-thompson; .*error/);
  expect(trace.explanation.modelVersion).toBeGreaterThan(0);
}

describe('a programme with a context, from the outside', () => {
  test.each(SITES)('gives each segment what it prefers: %s', { timeout: 60_000 }, async (_, open) => {
    const site = await open();
    onTestFinished(() => site.stop());
    await setUp(site);
    await expectReport(site, await oneWave(site));
    await expectPreferred(site, 'free');
    await expectPreferred(site, 'pro');
    // nothing is known of them, or something that nobody declared
    for (const [i, context] of ['', '&c.plan=gold', '&c.days=soon', '&c.days=-4&c.page=1'].entries()) {
      const url = `${site.asked}/v1/decide?programme=tips&user=other&send=s${i}${context}`;
      expect(await json(url)).toMatchObject({ action: 'send', rung: 'full', reason: 'policy' });
    }
    const refused = await fetch(`${site.teller}/v1/programmes/tips`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${KEY}`, 'if-match': '4' },
      body: JSON.stringify({ ...programme, policy: { kind: 'guesswork' } }),
    });
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({
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
