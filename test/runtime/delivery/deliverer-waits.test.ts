import { describe, expect, it } from 'vitest';
import type { TestContext } from 'vitest';
import { braze } from '../../../destinations/braze/index.ts';
import { brazeRig, idsOf, SUCCESS } from '../../support/braze-rig.ts';
import { outcomes, passingClock, until } from '../../support/delivery.ts';
import type { Answer, Arrival } from '../../support/platform-server.ts';

/** One refusal by the platform, then success: how long it stayed quiet and how far it went. */
async function storm(refusal: () => Answer, onFinished: TestContext['onTestFinished']) {
  const extra = { batchSize: 5, requests: 1000, windowMs: 1000 };
  const made = await brazeRig((_, index) => (index === 10 ? refusal() : { ...SUCCESS, after: 5 }), {
    extra,
    onFinished,
  });
  const { outbox, deliverer, platform } = made;
  outbox.add('braze', outcomes(200));
  deliverer.start();
  await until(() => platform.arrivals.length > 10);
  await until(() => deliverer.status().pausedUntil !== undefined, 1000);
  const pausedUntil = deliverer.status().pausedUntil ?? 0;
  const closedAt = performance.now();
  return {
    ...made,
    pauseMs: pausedUntil - Date.now(),
    opensAt: closedAt + pausedUntil - Date.now(),
    closedAt,
  };
}

describe.concurrent.each([
  ['Retry-After in seconds', 429, () => ({ 'retry-after': '1' }), [700, 1001]],
  [
    'Retry-After as a date',
    429,
    () => ({ 'retry-after': new Date(Date.now() + 2000).toUTCString() }),
    [700, 2001],
  ],
  ['a negative Retry-After', 429, () => ({ 'retry-after': '-30' }), [700, 1001]],
  ['no Retry-After', 429, () => ({}), [1200, 1501]],
  [
    'X-RateLimit-Reset',
    429,
    () => ({ 'x-ratelimit-reset': String(Math.ceil(Date.now() / 1000) + 1) }),
    [700, 2001],
  ],
  ['503 and Retry-After', 503, () => ({ 'retry-after': '1' }), [700, 1001]],
  ['503 without it', 503, () => ({}), [1200, 1501]],
] as const)('W1: a platform that asks to wait with %s', (_name, status, headers, [least, most]) => {
  it('is left alone for as long, then gets everything once', async ({ onTestFinished, expect }) => {
    const made = await storm(() => ({ status, headers: headers() }), onTestFinished);
    const { outbox, platform, deliverer, pauseMs, opensAt, closedAt, settings } = made;
    expect(pauseMs).toBeGreaterThanOrEqual(least);
    expect(pauseMs).toBeLessThanOrEqual(most);
    await until(() => outbox.in('delivered').length === 200);
    const { maxConcurrent } = braze.limits(settings);
    const inFlight = platform.arrivals.filter(({ at }) => at > closedAt && at < opensAt - 2);
    const late = inFlight.filter(({ at }) => at > closedAt + 300);
    const resumed =
      Math.min(...platform.arrivals.map(({ at }) => at).filter((at) => at >= opensAt - 2)) - opensAt;
    console.info(`${_name}: quiet for ${pauseMs} ms, resumed ${resumed.toFixed(1)} ms after`);
    expect(inFlight.length).toBeLessThanOrEqual(maxConcurrent);
    expect(late).toEqual([]);
    expect(resumed).toBeLessThan(1000);
    const refused = idsOf(platform.arrivals[10] as Arrival);
    const twice = platform.arrivals.flatMap(idsOf).filter((id, index, all) => all.indexOf(id) !== index);
    expect(twice.sort()).toEqual(refused.sort());
    expect([...outbox.rows.values()].every(({ item }) => item.attempts === 0)).toBe(true);
    expect(deliverer.status().lastFault?.kind).toBe('rate-limited');
    expect(deliverer.status().pausedUntil).toBeUndefined();
    expect(outbox.breaches).toEqual([]);
  });
});

it('leaves a platform alone for an hour at most, whatever it says', async () => {
  const clock = passingClock();
  const refusal = { status: 429, headers: { 'retry-after': '1000000000' } };
  const { outbox, deliverer, platform } = await brazeRig((_, index) => (index === 0 ? refusal : SUCCESS), {
    clock,
  });
  outbox.add('braze', outcomes(3));
  deliverer.start();
  await until(() => deliverer.status().pausedUntil !== undefined);
  const pauseMs = (deliverer.status().pausedUntil ?? 0) - clock.now();
  expect(pauseMs).toBeGreaterThan(3_590_000);
  expect(pauseMs).toBeLessThanOrEqual(3_600_000);
  deliverer.wake();
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(platform.arrivals).toHaveLength(1);
  clock.pass(3_600_001);
  deliverer.wake();
  await until(() => outbox.in('delivered').length === 3);
});
