import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { TestContext } from 'vitest';
import { BEAT_MS } from '../../../runtime/delivery/copies.ts';
import { copiesRig, EXPIRATION_MS, LIMIT } from '../../support/copies.ts';
import type { CopiesRig } from '../../support/copies.ts';
import { until } from '../../support/delivery.ts';
import { busiest } from '../../support/platform-server.ts';
import { lacks, redisServer } from '../../support/redis-server.ts';
import { tcpProxy } from '../../support/tcp-proxy.ts';

const { requests, windowMs } = LIMIT;

function arrivals({ platform }: CopiesRig, from = 0, to = Infinity): number[] {
  return platform.arrivals.map(({ at }) => at).filter((at) => at >= from && at < to);
}

/** The promise: no window, wherever it begins, holds more than the limit. */
function expectLimitKept(rig: CopiesRig, what: string): void {
  const times = arrivals(rig);
  const most = busiest(times, windowMs);
  console.info(`${what}: ${times.length} requests, at most ${most} of ${requests} in any ${windowMs} ms`);
  expect(most).toBeLessThanOrEqual(requests);
}

async function ownRedis(onFinished: TestContext['onTestFinished']) {
  const redis = await redisServer();
  onFinished(() => redis.stop());
  return redis;
}

describe.skipIf(lacks('binary')).concurrent('W2: two processes under one limit', { timeout: 180_000 }, () => {
  it('keep it together and heed a pause that only one of them was told of', async ({ onTestFinished }) => {
    const redis = await ownRedis(onTestFinished);
    let refusedAt = 0;
    const rig = await copiesRig(onTestFinished, () => {
      if (refusedAt > 0 || rig.platform.arrivals.length < 150) return { status: 200 };
      refusedAt = performance.now();
      return { status: 429, headers: { 'retry-after': '2' } };
    });
    const copies = ['a', 'b'].map((name) => rig.start({ name, redis: redis.url }));
    await rig.untilMode('redis');
    await delay(7_000);
    const late = arrivals(rig, refusedAt + 1, refusedAt + 2_000);
    const latest = Math.max(0, ...late.map((at) => at - refusedAt));
    const resumed = Math.min(...arrivals(rig, refusedAt + 2_000)) - refusedAt - 2_000;
    console.info(
      `after the 429: ${late.length} more within ${latest.toFixed(0)} ms, back ${resumed.toFixed(0)} ms late`,
    );
    expectLimitKept(rig, 'two processes');
    // Usually a few ms; twice the time that a lost message costs, for a machine that is busy.
    expect(latest).toBeLessThan(2 * BEAT_MS);
    expect(resumed).toBeLessThan(2 * BEAT_MS);
    const served = copies.map(({ report }) => report.served);
    expect(Math.min(...served)).toBeGreaterThan(Math.max(...served) / 4);
    expect(await copies[0]?.stop()).toBe(0);
  });

  it('tell a copy that joins of the pause that runs, and a copy that leaves costs the others nothing', async ({
    onTestFinished,
  }) => {
    const redis = await ownRedis(onTestFinished);
    let refusedAt = 0;
    const rig = await copiesRig(onTestFinished, () => {
      if (refusedAt > 0) return { status: 200 };
      refusedAt = performance.now();
      return { status: 429, headers: { 'retry-after': '20' } };
    });
    const first = rig.start({ name: 'first', redis: redis.url });
    await until(() => refusedAt > 0, 30_000);
    const second = rig.start({ name: 'second', redis: redis.url });
    await until(() => second.report.mode === 'redis' && second.report.copies === 2, 18_000);
    expect(performance.now() - refusedAt).toBeLessThan(19_000);
    await delay(refusedAt + 21_500 - performance.now());
    expect(arrivals(rig, refusedAt + 2 * BEAT_MS, refusedAt + 20_000 - 20)).toEqual([]);
    expect(second.report.served).toBeGreaterThan(0);
    await first.stop();
    await delay(4_000);
    expect(second.report).toMatchObject({ mode: 'redis', copies: 1 });
    expectLimitKept(rig, 'a copy joined, a copy left');
  });

  it('keep a share each while Redis is down, and the whole again when it is back, empty', async ({
    onTestFinished,
  }) => {
    const redis = await ownRedis(onTestFinished);
    const rig = await copiesRig(onTestFinished);
    const copies = ['a', 'b'].map((name) => rig.start({ name, redis: redis.url }));
    await rig.untilMode('redis');
    await delay(1_500);
    await redis.kill();
    await rig.untilMode('local');
    const localAt = performance.now();
    await delay(3_000);
    const alone = arrivals(rig, localAt).length;
    await redis.restart();
    await rig.untilMode('redis');
    const backAt = performance.now();
    await delay(2_500);
    expectLimitKept(rig, 'Redis down and back empty');
    // three times the limit would be let through; half of it shows that deliveries go on
    expect(alone).toBeGreaterThan(requests / 2);
    expect(arrivals(rig, backAt).length).toBeGreaterThan(requests / 2);
    for (const { report } of copies) {
      expect(report.log).toEqual([
        'warn Redis is lost: limits are divided',
        'info Redis answers again: limits will be shared',
      ]);
    }
  });

  it('D9: recover by themselves when Redis loses its keys', async ({ onTestFinished }) => {
    const redis = await ownRedis(onTestFinished);
    const rig = await copiesRig(onTestFinished);
    for (const name of ['a', 'b']) rig.start({ name, redis: redis.url });
    await rig.untilMode('redis');
    await delay(1_500);
    for (let flushes = 0; flushes < 3; flushes++) {
      await redis.flush();
      await delay(700);
    }
    // Whoever notices rests while others that Redis forgot could come back.
    await delay(2_000);
    await rig.untilMode('redis');
    const backAt = performance.now();
    // Slots that were taken and not used when the limit was given up come free by themselves, after `expirationMs`.
    await until(() => arrivals(rig, backAt).length > requests / 2, EXPIRATION_MS + 2_500);
    await delay(2_500);
    expectLimitKept(rig, 'keys lost three times');
  });

  it('N2: keep it when one of them is cut off from Redis by a silent, a broken, a slow network', async ({
    onTestFinished,
  }) => {
    const redis = await ownRedis(onTestFinished);
    const proxy = await tcpProxy(redis.port);
    onTestFinished(() => proxy.close());
    const rig = await copiesRig(onTestFinished);
    rig.start({ name: 'near', redis: redis.url });
    rig.start({ name: 'far', redis: `redis://127.0.0.1:${proxy.port}` });
    await rig.untilMode('redis');
    await delay(1_500);
    proxy.set('blackhole');
    await rig.untilMode('local', 30_000);
    const cutAt = performance.now();
    await delay(2_500);
    expect(arrivals(rig, cutAt).length).toBeGreaterThan(requests / 2);
    proxy.set('pass');
    await rig.untilMode('redis', 30_000);
    proxy.set('reset');
    await delay(300);
    proxy.set('delay', 100);
    await rig.untilMode('redis', 30_000);
    await delay(1_500);
    expectLimitKept(rig, 'one copy cut off, reset, slow');
  });

  it('T2: go on without one that was killed, and without a clock that is right', async ({
    onTestFinished,
  }) => {
    const redis = await ownRedis(onTestFinished);
    const rig = await copiesRig(onTestFinished);
    const ahead = rig.start({ name: 'ahead', redis: redis.url, skewMs: 3_600_000 });
    const behind = rig.start({ name: 'behind', redis: redis.url, skewMs: -3_000 });
    await rig.untilMode('redis');
    await delay(3_000);
    const [fast, slow] = [ahead.report.served, behind.report.served];
    console.info(`clocks an hour ahead and 3 s behind: ${fast} and ${slow} served`);
    expect(Math.min(fast, slow)).toBeGreaterThan(Math.max(fast, slow) / 3);
    ahead.kill();
    await until(() => behind.report.mode === 'local', 30_000);
    const before = behind.report.served;
    await delay(2_000);
    expect(behind.report.served - before).toBeGreaterThan(requests / 2);
    expectLimitKept(rig, 'skewed clocks, then one killed');
  });
});
