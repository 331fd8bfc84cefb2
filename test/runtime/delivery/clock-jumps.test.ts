import { describe, expect, it, onTestFinished } from 'vitest';
import type { Limits } from '../../../core/contracts/destination.ts';
import { Fault } from '../../../core/contracts/faults.ts';
import { braze } from '../../../destinations/braze/index.ts';
import { AccountLimiter } from '../../../runtime/delivery/limiter.ts';
import { openSqliteStore } from '../../../runtime/store/sqlite/sqlite-store.ts';
import { idsOf, SUCCESS } from '../../support/braze-rig.ts';
import { outcomes, rig, until, wallClock } from '../../support/delivery.ts';
import { folder } from '../../support/folders.ts';
import { opened } from '../../support/opened.ts';
import type { Behaviour } from '../../support/platform-server.ts';
import { busiest, platformServer } from '../../support/platform-server.ts';
import { DAY, HOUR } from '../../support/programmes.ts';
import { setClock } from '../../support/set-clock.ts';
import { put } from '../../support/store-writes.ts';

/** A Braze, an outbox in SQLite with so many outcomes, and a deliverer between them. */
async function sqliteRig(count: number, behave: Behaviour, extra: Record<string, unknown>) {
  const store = await opened(async () => openSqliteStore(await folder()));
  const platform = await platformServer(behave);
  const settings = braze.settings.parse({ apiKey: 'k', restEndpoint: platform.url, ...extra });
  const { deliverer, limiter } = rig(braze, settings, store);
  onTestFinished(async () => {
    await deliverer.stop(1000);
    await limiter.close();
    await platform.close();
  });
  const all = outcomes(count);
  await put(store, {
    outcomes: all.map((outcome) => ({ destination: 'braze', person: 'p', outcome, at: Date.now() })),
  });
  return { store, platform, deliverer, ids: all.map(({ id }) => id) };
}

describe('T1: a clock that is set', () => {
  it('ahead and back, behind and back, stops no delivery and lets no more through than the limit', async () => {
    const set = setClock();
    const failed = new Set<string>();
    const behave: Behaviour = (arrival, index) => {
      // one in nine fails once, whatever the clock shows, and waits for its next attempt
      const [id = ''] = idsOf(arrival);
      if (index % 9 !== 0 || failed.has(id)) return SUCCESS;
      failed.add(id);
      return { status: 500 };
    };
    const extra = { requests: 40, windowMs: 1000, batchSize: 1 };
    const { store, platform, deliverer, ids } = await sqliteRig(120, behave, extra);
    deliverer.start();
    const { arrivals } = platform;
    for (const [after, offMs] of [
      [15, HOUR],
      [30, 0],
      [45, -HOUR],
      [60, 0],
      [75, DAY],
      [90, 0],
    ] as const) {
      await until(() => arrivals.length >= after);
      set(offMs);
    }
    await until(() => deliverer.status().delivered === 120, 45_000);
    expect(failed.size).toBeGreaterThan(8);
    const sent = arrivals.flatMap(idsOf);
    expect(new Set(sent)).toEqual(new Set(ids));
    expect(sent).toHaveLength(120 + failed.size);
    const most = busiest(
      arrivals.map(({ at }) => at),
      1000,
    );
    console.info(`a clock set six times: at most ${most} arrivals of 40 in a window`);
    expect(most).toBeLessThanOrEqual(40);
    expect(await store.outboxCounts()).toEqual([]);
  });

  it.each([
    ['ahead', HOUR],
    ['back', -HOUR],
  ])('%s neither ends a pause nor makes it longer', async (_, offMs) => {
    const set = setClock();
    const behave: Behaviour = (_arrival, index) =>
      index === 0 ? { status: 429, headers: { 'retry-after': '1' } } : SUCCESS;
    const { platform, deliverer } = await sqliteRig(3, behave, { batchSize: 3 });
    deliverer.start();
    await until(() => deliverer.status().pausedUntil !== undefined);
    set(offMs);
    const leftMs = deliverer.status().pausedUntil! - Date.now();
    expect(leftMs).toBeGreaterThan(500);
    expect(leftMs).toBeLessThanOrEqual(1000);
    await until(() => deliverer.status().delivered === 3);
    const [refused, taken] = platform.arrivals;
    expect(platform.arrivals).toHaveLength(2);
    expect(taken!.at - refused!.at).toBeGreaterThan(990);
    expect(taken!.at - refused!.at).toBeLessThan(3000);
  });

  it('again and again lets no two windows become one: time that passes is what counts', async () => {
    const set = setClock();
    const sourced = (value: number) => ({ value, source: 'test', date: '2026-11-29' });
    const sizes = { itemsPerRequest: sourced(1), bytesPerItem: sourced(1), bytesPerRequest: sourced(1) };
    const limits: Limits = { requests: sourced(2), windowMs: sourced(400), maxConcurrent: 2, ...sizes };
    const limiter = new AccountLimiter({ clock: wallClock, log: () => undefined, expirationMs: 5000 });
    onTestFinished(() => limiter.close());
    const starts: number[] = [];
    const endsAt = performance.now() + 6000;
    async function worker(): Promise<void> {
      while (performance.now() < endsAt) {
        await limiter
          .schedule('a', limits, () => Promise.resolve(starts.push(performance.now())))
          .catch((error: unknown) => {
            if (!(error instanceof Fault)) throw error;
          });
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
    const workers = Promise.all([worker(), worker(), worker()]);
    for (const offMs of [HOUR, 0, 2000, DAY, -DAY, 0, -1500, 0]) {
      await new Promise((resolve) => setTimeout(resolve, 600));
      set(offMs);
    }
    await workers;
    console.info(`2 per 400 ms, a clock set eight times: ${starts.length} starts in 6 s`);
    expect(busiest(starts, 400)).toBeLessThanOrEqual(2);
    // 223 ms apart, and as long again after each of eight times
    expect(starts.length).toBeGreaterThan(14);
  });
});
