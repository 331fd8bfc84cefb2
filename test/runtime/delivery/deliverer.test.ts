import { describe, expect, it, onTestFinished } from 'vitest';
import { braze } from '../../../destinations/braze/index.ts';
import { segment } from '../../../destinations/segment/index.ts';
import { brazeRig, idsOf, SUCCESS } from '../../support/braze-rig.ts';
import { outcomes, rig, until, wallClock } from '../../support/delivery.ts';
import { MemoryOutbox } from '../../support/memory-outbox.ts';
import { busiest, platformServer } from '../../support/platform-server.ts';

describe('delivery', () => {
  it('carries everything once, in requests of the batch size, under the limit', async () => {
    const extra = { requests: 40, windowMs: 1000, batchSize: 10 };
    const { deliverer, outbox, platform, seen } = await brazeRig(() => ({ ...SUCCESS, after: 20 }), {
      extra,
    });
    outbox.add('braze', outcomes(600));
    deliverer.start();
    await until(() => outbox.in('delivered').length === 600);
    expect(seen().sort()).toEqual(outbox.in('delivered'));
    expect(platform.arrivals.map((arrival) => idsOf(arrival).length)).toEqual(Array(60).fill(10));
    const most = busiest(
      platform.arrivals.map(({ at }) => at),
      1000,
    );
    console.info(`limit 40 per 1000 ms: at most ${most} arrivals in a window`);
    expect(most).toBeLessThanOrEqual(40);
    expect(deliverer.status()).toMatchObject({ running: true, inHand: 0, delivered: 600, dead: 0 });
    expect(deliverer.status().lastSuccessAt).toBeGreaterThan(Date.now() - 5000);
    expect(outbox.breaches).toEqual([]);
  });

  it('holds in memory only what is about to go', async () => {
    const extra = { requests: 24, windowMs: 1000, batchSize: 5 };
    const { deliverer, outbox } = await brazeRig(() => ({ ...SUCCESS, after: 300 }), { extra });
    outbox.add('braze', outcomes(400));
    deliverer.start();
    await until(() => outbox.in('delivered').length >= 5);
    const [running, queued] = [2, 4];
    expect(deliverer.status().inHand).toBeLessThanOrEqual((running + queued + 1) * 5);
    expect(deliverer.status().inHand).toBeGreaterThan(0);
  });

  it('begins at once when woken', async () => {
    const { deliverer, outbox, platform } = await brazeRig(() => SUCCESS);
    deliverer.start();
    await until(() => outbox.claims > 0);
    outbox.add('braze', outcomes(1));
    const before = performance.now();
    deliverer.wake();
    await until(() => outbox.in('delivered').length === 1);
    expect((platform.arrivals[0]?.at ?? Infinity) - before).toBeLessThan(45);
  });

  it('repeats nothing that was acknowledged when it stops and another starts', async () => {
    const extra = { requests: 60, windowMs: 1000, batchSize: 5 };
    const first = await brazeRig(() => ({ ...SUCCESS, after: 40 }), { extra });
    const { outbox, seen } = first;
    outbox.add('braze', outcomes(300));
    first.deliverer.start();
    await until(() => outbox.in('delivered').length > 60);
    const underWay = braze.limits(first.settings).maxConcurrent * 5;
    const beforeStop = seen().length;
    await first.deliverer.stop(2000);
    const afterStop = seen().length;
    expect(afterStop - beforeStop).toBeLessThanOrEqual(underWay);
    expect(outbox.in('delivered')).toHaveLength(afterStop);
    expect([...outbox.rows.values()].filter(({ leasedUntil }) => leasedUntil > 0)).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(seen()).toHaveLength(afterStop);

    const second = rig(braze, first.settings, outbox);
    onTestFinished(() => second.deliverer.stop(1000).then(() => second.limiter.close()));
    second.deliverer.start();
    await until(() => outbox.in('delivered').length === 300);
    await second.deliverer.stop(2000);
    first.deliverer.start();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(seen().sort()).toEqual(outbox.in('delivered'));
    expect(outbox.breaches).toEqual([]);
  });

  it('stops in the time it is given, and leaves what hangs to the next one', async () => {
    const { deliverer, outbox, seen } = await brazeRig(() => undefined, { timeoutMs: 1500 });
    outbox.add('braze', outcomes(3));
    deliverer.start();
    await until(() => seen().length === 3);
    const before = performance.now();
    await deliverer.stop(200);
    expect(performance.now() - before).toBeLessThan(600);
    expect(outbox.in('pending')).toHaveLength(3);
    expect(deliverer.status().running).toBe(false);
  });

  it('stops at once while it sleeps', async () => {
    const { deliverer, outbox } = await brazeRig(() => ({ status: 401 }));
    outbox.add('braze', outcomes(1));
    deliverer.start();
    await until(() => deliverer.status().pausedUntil !== undefined && deliverer.status().inHand === 0);
    const before = performance.now();
    await deliverer.stop(2000);
    expect(performance.now() - before).toBeLessThan(200);
  });

  it('leaves an outbox alone that it could not settle with before it had to stop', async () => {
    const { deliverer, outbox, seen, logged } = await brazeRig(() => SUCCESS);
    outbox.add('braze', outcomes(1));
    outbox.failSettles = Infinity;
    deliverer.start();
    await until(() => seen().length === 1 && logged.length === 1);
    await deliverer.stop(50);
    await new Promise((resolve) => setTimeout(resolve, 2200));
    expect(logged.length).toBeLessThanOrEqual(2);
    expect(outbox.in('pending')).toEqual(['o-0']);
  });

  it('sends again under the same message id when the acknowledgement was lost', async () => {
    const platform = await platformServer((_, index, raw) => {
      if (index > 0) return { status: 200, body: '{"success":true}' };
      raw.destroy();
      return undefined;
    });
    const outbox = new MemoryOutbox();
    const settings = segment.settings.parse({ writeKey: 'w', host: platform.url });
    const { deliverer, limiter } = rig(segment, settings, outbox);
    onTestFinished(() =>
      deliverer
        .stop(1000)
        .then(() => limiter.close())
        .then(() => platform.close()),
    );
    outbox.add('segment', outcomes(2));
    deliverer.start();
    await until(() => outbox.in('delivered').length === 2);
    const ids = platform.arrivals.flatMap(({ body }) =>
      (JSON.parse(body) as { batch: { messageId: string }[] }).batch.map(({ messageId }) => messageId),
    );
    expect(new Set(ids)).toEqual(new Set(['o-0', 'o-1']));
    expect(ids.length).toBeGreaterThan(2);
    expect(outbox.rows.get('o-0')?.item.attempts).toBe(1);
    expect(deliverer.status().lastFault).toMatchObject({
      kind: 'unavailable',
      detail: 'no response: ECONNRESET',
    });
  });
});

it('uses the clock it is given', async () => {
  const clock = { ...wallClock, now: () => wallClock.now() - 1_000_000 };
  const { deliverer, outbox } = await brazeRig(() => SUCCESS, { clock });
  outbox.add('braze', outcomes(1), clock.now());
  deliverer.start();
  await until(() => outbox.in('delivered').length === 1);
  expect(deliverer.status().lastSuccessAt).toBeLessThan(Date.now() - 999_000);
});
