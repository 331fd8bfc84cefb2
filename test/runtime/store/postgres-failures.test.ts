import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Fault } from '../../../core/contracts/faults.ts';
import { rngFromNumber } from '../../../core/maths/xoshiro.ts';
import { openPostgresStore } from '../../../runtime/store/postgres/postgres-store.ts';
import { verifyLedger } from '../../../runtime/store/verify-ledger.ts';
import { contactOnce, copiesOf, runBatch } from '../../support/store-copies.ts';
import { postgresServer } from '../../support/postgres.ts';
import { decision, facts, first, person, put, query, writes } from '../../support/store-writes.ts';

const server = await postgresServer();

/** What is done with what the server answers, once the proxy is told to. */
type Mode = 'pass' | 'silent' | 'cut';

/** A way to the server that can fall silent, or be cut the moment the server says it committed. */
async function proxied(url: string): Promise<{ url: string; set: (mode: Mode) => void }> {
  const to = new URL(url);
  let mode: Mode = 'pass';
  const sockets = new Set<Socket>();
  const proxy = createServer((near) => {
    const far = connect(Number(to.port || 5432), to.hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
    near.on('data', (data) => far.write(data));
    far.on('data', (data) => {
      if (mode === 'cut' && data.includes('COMMIT')) near.destroy();
      else if (mode !== 'silent') near.write(data);
    });
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    proxy.close();
  });
  const { port } = proxy.address() as AddressInfo;
  return {
    url: Object.assign(new URL(url), { host: `127.0.0.1:${port}` }).href,
    set: (next) => void (mode = next),
  };
}

async function admin(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

describe.skipIf(server === undefined)('a store whose connections break', () => {
  it(
    'writes what it acknowledged exactly once, whenever its connections are ended',
    { timeout: 90_000 },
    async () => {
      const url = await server!.database();
      const stores = await copiesOf(url, 3, { retryMs: 20_000 });
      const killer = await admin(url);
      const rng = rngFromNumber(7);
      let working = true;
      let [killed, done] = [0, 0];
      const killing = (async () => {
        for (let seen = 0; working; await sleep(rng.uniform() * 10)) {
          // however slow the machine is, some batches come through between two
          if (done - seen < 3) continue;
          seen = done;
          const { rowCount } = await killer.query(
            `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE datname = current_database() AND pid <> pg_backend_pid() ORDER BY hashint4(pid + $1) LIMIT 1`,
            [Math.floor(rng.uniform() * 1_000)],
          );
          killed += rowCount ?? 0;
        }
      })();
      const batches = 100;
      await Promise.all(
        stores.map(async (store, s) => {
          for (let i = 0; i < batches; i++) {
            const own = [`user:${s} ${i}`];
            const shared = [`user:shared ${i % 10}`];
            await runBatch(store, {
              asks: [own, shared],
              events: [{ source: 's', id: `${s} ${i}` }],
              run: (set) => {
                contactOnce(set, own);
                contactOnce(set, shared, 1_000);
                expect(set.take({ source: 's', id: `${s} ${i}` })).toBe(true);
              },
            });
            done++;
          }
        }),
      );
      working = false;
      await killing;
      expect(killed).toBeGreaterThan(20);
      const written = stores.length * batches;
      expect(await stores[0]!.counts()).toMatchObject({
        ...{ decisions: written * 2, events: written, persons: written + 10, ledger: written * 2 },
      });
      const shared = await Promise.all(
        Array.from({ length: 10 }, (_, i) => stores[0]!.person(`user:shared ${i}`)),
      );
      expect(shared.map((found) => found!.decisions.length)).toEqual(Array(10).fill(written / 10));
      expect(await verifyLedger(stores[1]!)).toEqual({ ok: true, rows: written * 2 });
    },
  );

  it('finds out that a batch was written when the answer to COMMIT is lost', async () => {
    const url = await server!.database();
    const way = await proxied(url);
    const [store] = await copiesOf(way.url, 1, { connections: 1 });
    let runs = 0;
    await store!.transact(query(), () => {
      runs++;
      way.set('cut');
      return writes({ decisions: [first(decision('d'))], persons: [person('p', 'user:u')] });
    });
    expect(runs).toBe(1);
    expect(await store!.counts()).toMatchObject({ decisions: 1, ledger: 1 });
  });

  it('repeats a batch whose connection was lost before it was committed', async () => {
    const url = await server!.database();
    const [store] = await copiesOf(url, 1, { connections: 1, retryMs: 5_000 });
    const killer = await admin(url);
    let runs = 0;
    const block = await admin(url);
    await block.query('BEGIN; LOCK TABLE pickwell.unsealed');
    const done = store!.transact(query(), () => {
      runs++;
      return writes({ decisions: [first(decision(`d${runs}`))] });
    });
    await expect.poll(() => runs).toBe(1);
    // its statements wait for the table: it has written decisions and not committed
    await sleep(100);
    await killer.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
    );
    await block.query('ROLLBACK');
    await done;
    expect(runs).toBe(2);
    expect(await store!.decision('d1')).toBeNull();
    expect(await store!.decision('d2')).not.toBeNull();
  });

  it('gives up in bounded time when the network falls silent, and says that nothing was written', async () => {
    const url = await server!.database();
    const way = await proxied(url);
    const limits = { connectMs: 300, statementMs: 300, lockMs: 200, retryMs: 100 };
    const [store] = await copiesOf(way.url, 1, limits);
    way.set('silent');
    const start = performance.now();
    await expect(store!.ping()).rejects.toMatchObject({ kind: 'unavailable' });
    await expect(put(store!, { decisions: [first(decision('d'))] })).rejects.toMatchObject({
      kind: 'unavailable',
    });
    await expect(openPostgresStore({ url: way.url, ...limits })).rejects.toBeInstanceOf(Fault);
    expect(performance.now() - start).toBeLessThan(10_000);
    way.set('pass');
    expect((await facts(store!, { decisions: ['d'] })).deciders).toEqual([]);
  });

  it('says unavailable when a lock is not had in time, and goes on afterwards', async () => {
    const url = await server!.database();
    const [store] = await copiesOf(url, 1, { lockMs: 100, retryMs: 50 });
    const block = await admin(url);
    await block.query('BEGIN; LOCK TABLE pickwell.decisions');
    await expect(put(store!, { decisions: [first(decision('d'))] })).rejects.toMatchObject({
      kind: 'unavailable',
    });
    await block.query('ROLLBACK');
    await put(store!, { decisions: [first(decision('d'))] });
    expect(await store!.counts()).toMatchObject({ decisions: 1, ledger: 1 });
  });

  it('tells a bug from an outage: a statement the server refuses is no Fault', async () => {
    const [store] = await copiesOf(await server!.database(), 1);
    await put(store!, { decisions: [first(decision('d'))] });
    const again = put(store!, { decisions: [first(decision('d'))] });
    await expect(again).rejects.toThrow(/^store: duplicate key/);
    await expect(again).rejects.not.toBeInstanceOf(Fault);
    const odd = put(store!, { decisions: [first(decision('e', { at: Number.NaN }))] });
    await expect(odd).rejects.toThrow('not a number');
    expect(await store!.counts()).toMatchObject({ decisions: 1, ledger: 1 });
  });

  it('S17: never says the password', async () => {
    const url = new URL(await server!.database());
    url.password = 'correct-horse';
    const attempts = [
      openPostgresStore({ url: Object.assign(new URL(url), { port: '1' }).href, retryMs: 0 }),
      openPostgresStore({ url: Object.assign(new URL(url), { pathname: '/no_such_database' }).href }),
      openPostgresStore({ url: `${url.href}?sslmode=verify-full`, retryMs: 0 }),
    ];
    for (const failed of await Promise.allSettled(attempts)) {
      const { reason } = failed as PromiseRejectedResult;
      expect(failed.status).toBe('rejected');
      const said = [
        String(reason),
        (reason as Error).stack,
        JSON.stringify(reason),
        (reason as Fault).detail,
      ].join();
      expect(said).not.toContain('correct-horse');
    }
  });

  it('finishes what is under way when it is closed, and answers nobody afterwards', async () => {
    const url = await server!.database();
    const store = await openPostgresStore({ url });
    const under = Array.from({ length: 20 }, (_, i) => put(store, { decisions: [first(decision(`d${i}`))] }));
    await store.close();
    await Promise.all(under);
    await expect(store.ping()).rejects.toMatchObject({ kind: 'unavailable' });
    const [again] = await copiesOf(url, 1);
    expect(await again!.counts()).toMatchObject({ decisions: 20 });
  });
});
