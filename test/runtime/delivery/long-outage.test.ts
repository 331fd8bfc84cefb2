import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it, onTestFinished } from 'vitest';
import type { Outcome } from '../../../core/domain/outcome.ts';
import { rngFromNumber } from '../../../core/maths/xoshiro.ts';
import { braze } from '../../../destinations/braze/index.ts';
import { segment } from '../../../destinations/segment/index.ts';
import { axiosTransport } from '../../../runtime/delivery/axios-transport.ts';
import { Deliverer } from '../../../runtime/delivery/deliverer.ts';
import { AccountLimiter } from '../../../runtime/delivery/limiter.ts';
import { DeliveryService } from '../../../runtime/delivery/service.ts';
import { openSqliteStore } from '../../../runtime/store/sqlite/sqlite-store.ts';
import { idsOf, SUCCESS } from '../../support/braze-rig.ts';
import { evenRng, outcomes, passingClock, until, wallClock } from '../../support/delivery.ts';
import { folder } from '../../support/folders.ts';
import { opened } from '../../support/opened.ts';
import { platformServer } from '../../support/platform-server.ts';
import { MINUTE } from '../../support/programmes.ts';
import { put } from '../../support/store-writes.ts';

const WAITING = 20_000;
const MB = 1024 * 1024;
const silent = (): void => undefined;

const rowsFor = (destination: string, all: readonly Outcome[]) => ({
  outcomes: all.map((outcome) => ({ destination, person: 'p', outcome, at: Date.now() })),
});

it('a platform that is down for ten minutes gets 20,000 outcomes afterwards, oldest first and under its limit', async () => {
  const path = await folder();
  const store = await opened(() => openSqliteStore(path));
  const ids = outcomes(WAITING);
  for (let i = 0; i < WAITING; i += 5_000) await put(store, rowsFor('braze', ids.slice(i, i + 5_000)));
  let down = true;
  const platform = await platformServer(() => (down ? { status: 500 } : SUCCESS));
  const settings = braze.settings.parse({ apiKey: 'k', restEndpoint: platform.url, batchSize: 75 });
  const clock = passingClock();
  const limiter = new AccountLimiter({ clock, log: silent, expirationMs: 20_000 });
  const parts = {
    destination: braze,
    settings,
    outbox: store,
    transport: axiosTransport(5000),
    limiter,
    clock,
  };
  const deliverer = new Deliverer({ ...parts, rng: rngFromNumber(4), log: silent, idleMs: 50 });
  onTestFinished(async () => {
    await deliverer.stop(1000);
    await limiter.close();
    await platform.close();
  });
  const before = process.memoryUsage().rss;
  let most = 0;
  let inHand = 0;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss - before);
    inHand = Math.max(inHand, deliverer.status().inHand);
  }, 20);
  onTestFinished(() => clearInterval(watch));
  deliverer.start();
  for (let minute = 0; minute < 10; minute++) {
    const tried = platform.arrivals.length;
    await until(() => platform.arrivals.length > tried, 20_000);
    // nothing may be under way while a minute passes at once
    await deliverer.stop(10_000);
    clock.pass(MINUTE);
    deliverer.start();
  }
  const reader = new DatabaseSync(join(path, 'pickwell.db'), { readOnly: true });
  const counts = reader
    .prepare(
      `SELECT count(*) AS failed, count(DISTINCT next_at) AS times FROM outbox WHERE attempts > 0 AND state = 'pending'`,
    )
    .get() as { failed: number; times: number };
  reader.close();
  // each row waits for a time of its own: they do not come back together
  expect(counts.failed).toBeGreaterThan(100);
  expect(counts.times).toBeGreaterThan(counts.failed / 10);
  const dead = (await store.outboxCounts()).filter(({ state }) => state === 'dead');
  expect(dead).toEqual([]);

  await deliverer.stop(10_000);
  down = false;
  const refused = platform.arrivals.length;
  clock.pass(11 * MINUTE);
  deliverer.start();
  await until(() => deliverer.status().delivered === WAITING, 80_000);
  const sent = platform.arrivals.slice(refused).flatMap(idsOf);
  expect(new Set(sent).size).toBe(WAITING);
  // in the order of their making, but for what is claimed and under way together
  const places = sent.map((id) => Number(id.slice('o-'.length)));
  const newest = places.map(() => 0);
  for (let i = 0, top = 0; i < places.length; i++) newest[i] = top = Math.max(top, places[i]!);
  const late = places.slice(1_500).filter((place, i) => newest[i + 1_500]! - place > 1_500);
  console.info(
    `${WAITING} after ten minutes: ${refused} requests refused, ${sent.length} sent, ${late.length} out of order, ` +
      `${Math.round(most / MB)} MB more at most, ${inHand} in hand at most`,
  );
  expect(late).toEqual([]);
  expect(inHand).toBeLessThan(2_500);
  expect(most).toBeLessThan(250 * MB);
});

it('a destination that hangs delays no other', async () => {
  const store = await opened(async () => openSqliteStore(await folder()));
  const hanging = await platformServer(() => undefined);
  const well = await platformServer(() => ({ status: 200, body: '{"success":true}' }));
  const brazeSettings = braze.settings.parse({ apiKey: 'k', restEndpoint: hanging.url, batchSize: 1 });
  const service = new DeliveryService(
    [
      { destination: braze, settings: brazeSettings },
      { destination: segment, settings: segment.settings.parse({ writeKey: 'w', host: well.url }) },
    ],
    { store, clock: wallClock, rng: evenRng, transport: axiosTransport(20_000), log: silent },
  );
  onTestFinished(async () => {
    await service.stop(10);
    await Promise.all([hanging.close(), well.close()]);
  });
  await put(store, rowsFor('braze', outcomes(200, 'b')));
  service.start();
  await until(() => hanging.arrivals.length > 0);
  await put(store, rowsFor('segment', outcomes(200, 's')));
  service.wake();
  await until(() => service.tallies().some(({ id, delivered }) => id === 'segment' && delivered === 200));
  expect(service.tallies()).toContainEqual({ id: 'braze', delivered: 0 });
  expect(hanging.arrivals.length).toBeLessThanOrEqual(braze.limits(brazeSettings).maxConcurrent);
});
