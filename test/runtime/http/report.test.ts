import { expect, it, onTestFinished } from 'vitest';
import { reportAnswer } from '../../../runtime/http/report-answer.ts';
import { SAMPLE } from '../../../runtime/programmes/sample.ts';
import { publish, runInMemory } from '../../support/running.ts';
import { LEFT, ORDER } from '../../support/programmes.ts';

const OWN = {
  ...{ ...SAMPLE, id: 'told', status: 'live' as const },
  context: { plan: { type: 'category' as const, values: ['free', 'pro'] } },
  goal: { signals: [ORDER, LEFT], limits: [{ signal: LEFT.signal, atMost: 0.01 }] },
  policy: { kind: 'auto' as const, halfLifeDays: 30, priorFrom: 'workspace' as const },
};

it('a report is what the OpenAPI document says, and nothing besides', async () => {
  const running = await runInMemory();
  onTestFinished(() => running.stop());
  await publish(running, OWN);
  for (let i = 0; i < 20; i++)
    await running.call('decide', `/v1/decide?programme=told&user=u${i}&c.plan=pro`);
  const order = (i: number): object => ({
    type: 'signal',
    id: `o${i}`,
    person: { userId: `u${i}` },
    name: ORDER.signal,
  });
  const body = JSON.stringify({ events: [0, 1, 2].map(order) });
  await running.call('ingest', '/v1/events', { method: 'POST', body });
  await running.folder.catchUp();
  const report: unknown = await (await running.call('read', '/v1/programmes/told/report')).json();
  const told = reportAnswer.parse(report);
  expect(told).toEqual(report);
  expect(told).toMatchObject({
    forgetting: { declaredHalfLifeDays: 30, halfLifeDays: 30 },
    prior: { sources: [] },
  });
  const sum = (of: (own: (typeof told.options)[number]) => number): number =>
    told.options.reduce((all, own) => all + of(own), 0);
  expect(sum(({ share }) => share)).toBeCloseTo(1, 9);
  expect(sum(({ propensity }) => propensity)).toBeCloseTo(1, 9);
  expect(sum(({ signals }) => signals[ORDER.signal]?.count ?? 0)).toBe(told.delays[0]!.arrivals);
  for (const own of told.options) {
    const { trials, pending, complete, learnedPrior, delays, limits, interval, estimate } = own;
    expect(interval.low).toBeLessThan(estimate);
    expect(interval.high).toBeGreaterThan(estimate);
    expect(pending.counted + complete.counted).toBeCloseTo(own.effectiveTrials, 9);
    for (const { curve } of delays) {
      expect(curve.every((point, i) => point.share >= (curve[i - 1]?.share ?? 0))).toBe(true);
      expect(curve.at(-1)!.share).toBeCloseTo(1, 9);
    }
    expect([pending.trials, complete.trials]).toEqual([trials, 0]);
    expect(learnedPrior!.trials).toBeGreaterThan(0);
    expect(delays.map(({ signal }) => signal)).toEqual([ORDER.signal, LEFT.signal]);
    expect(limits).toHaveLength(1);
  }
  const openapi = await (await running.call('read', '/openapi.json')).text();
  for (const field of ['learnedPrior', 'forgetting', 'complete', 'pooled'])
    expect(openapi).toContain(`"${field}"`);
});
