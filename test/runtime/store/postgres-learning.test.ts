import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import type { FoldWrites } from '../../../core/contracts/records.ts';
import type { Store } from '../../../core/contracts/store.ts';
import { FOLD_LEASE } from '../../../core/contracts/store.ts';
import { verifyLedger } from '../../../runtime/store/verify-ledger.ts';
import { contactOnce, copiesOf, runBatch } from '../../support/store-copies.ts';
import { postgresServer } from '../../support/postgres.ts';
import { MINUTE, NOON, programme } from '../../support/programmes.ts';
import { outcome, put } from '../../support/store-writes.ts';

const server = await postgresServer();

function fold(some: Partial<FoldWrites>): FoldWrites {
  const lists = { credits: [], removedCredits: [], rewards: [], removedRewards: [] };
  return { expected: 0, position: 0, ...lists, snapshots: [], outcomes: [], forgotten: [], ...some };
}

/** Decisions and other entries in a stretch after stretch, until `done` and nothing is left. */
async function foldAll(
  store: Store,
  epoch: number,
  done: () => boolean,
): Promise<{ decisions: number; seqs: number[] }> {
  let decisions = 0;
  const seqs: number[] = [];
  for (;;) {
    const last = done();
    const expected = await store.position();
    const chunk = await store.readLedger(expected, 50);
    if (chunk.upTo === expected) {
      if (last) return { decisions, seqs };
      continue;
    }
    expect(await store.commitFold(fold({ epoch, expected, position: chunk.upTo }))).toEqual([]);
    decisions += chunk.decisions.reduce((sum, { count }) => sum + count, 0);
    seqs.push(...chunk.entries.map(({ seq }) => seq));
  }
}

describe.skipIf(server === undefined)('learning, with several copies', () => {
  it('skips no entry and counts none twice while everybody writes', { timeout: 60_000 }, async () => {
    const stores = await copiesOf(await server!.database(), 4);
    const [writers, batches] = [stores.slice(1), 60];
    const epoch = (await stores[0]!.lease(FOLD_LEASE, 'me', 60_000))!;
    let writing = true;
    const folded = foldAll(stores[0]!, epoch, () => !writing);
    // whoever looks at the ledger seals, too
    const reading = Promise.all(
      writers.map(async (store) => {
        while (writing) await store.ledger(1, 10);
      }),
    );
    await Promise.all(
      writers.map(async (store, w) => {
        for (let i = 0; i < batches; i++) {
          const aliases = [`user:${w} ${i}`];
          await runBatch(store, {
            asks: [aliases],
            run: (set) => {
              contactOnce(set, aliases);
              const { id } = set.person(aliases, 0);
              set.signal({ source: 's', id: `${w} ${i}`, at: NOON, name: 'n', values: {}, person: id });
            },
          });
        }
      }),
    );
    writing = false;
    await reading;
    const { decisions, seqs } = await folded;
    const written = writers.length * batches;
    expect([decisions, seqs.length, new Set(seqs).size]).toEqual([written, written, written]);
    expect(await stores[0]!.position()).toBe(written * 2);
    expect(await verifyLedger(stores[1]!)).toEqual({ ok: true, rows: written * 2 });
  });

  it('gives what commits late its place later, and never before what it depends on', async () => {
    const url = await server!.database();
    const [store] = await copiesOf(url, 1);
    const other = new pg.Client({ connectionString: url });
    await other.connect();
    const entry = ['erase', NOON, null, 'slow', null, '0'.repeat(64), '{}'];
    await other.query('BEGIN');
    await other.query('INSERT INTO pickwell.unsealed (entries, body) VALUES (1, $1)', [
      JSON.stringify([entry]),
    ]);
    await put(store!, { erased: [{ person: 'quick', at: NOON }] });
    expect((await store!.ledger(1, 9)).map(({ person }) => person)).toEqual(['quick']);
    await other.query('COMMIT');
    await other.end();
    expect((await store!.ledger(1, 9)).map(({ person }) => person)).toEqual(['quick', 'slow']);
  });

  it('lets one copy fold, and nobody who lost the lease unnoticed', async () => {
    const [a, b] = (await copiesOf(await server!.database(), 2)) as [Store, Store];
    await put(a, { erased: [{ person: 'p', at: NOON }] });
    const first = (await a.lease(FOLD_LEASE, 'a', 300))!;
    expect(await b.lease(FOLD_LEASE, 'b', 60_000)).toBeNull();
    await expect.poll(() => b.lease(FOLD_LEASE, 'b', 60_000)).toBe(first + 1);
    const snapshots = [{ programme: 'welcome', position: 1, state: '{}' }];
    expect(await a.commitFold(fold({ epoch: first, position: 1, snapshots }))).toBeNull();
    expect(await b.commitFold(fold({ epoch: first + 1, position: 1, snapshots }))).toHaveLength(1);
    expect((await a.models()).map(({ version }) => version)).toEqual([1]);
  });

  it('tells every copy of a programme or a model that changed, and goes on when its connection is lost', async () => {
    const url = await server!.database();
    const [a, b] = (await copiesOf(url, 2)) as [Store, Store];
    let heard = 0;
    const stop = await b.watch(() => void heard++);
    await a.saveProgramme(programme(), 0, NOON);
    await expect.poll(() => heard, { timeout: 900 }).toBe(1);
    await a.commitFold(fold({ snapshots: [{ programme: 'welcome', position: 0, state: '{}' }] }));
    await expect.poll(() => heard, { timeout: 900 }).toBe(2);
    const killer = new pg.Client({ connectionString: url });
    await killer.connect();
    await killer.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'`,
    );
    await killer.end();
    await a.saveProgramme(programme(), 1, NOON);
    await expect.poll(() => heard, { timeout: 5_000 }).toBe(3);
    await stop();
    await a.saveProgramme(programme(), 2, NOON);
    await sleep(100);
    expect(heard).toBe(3);
  });
});

describe.skipIf(server === undefined)('the outbox, with several copies', () => {
  const add = (store: Store, ids: string[]): Promise<void> =>
    put(store, {
      outcomes: ids.map((id) => ({ destination: 'x', person: 'p', outcome: outcome(id), at: NOON })),
    });

  it('hands each outcome to one of them', async () => {
    const stores = await copiesOf(await server!.database(), 4);
    const ids = Array.from({ length: 200 }, (_, i) => `o${i}`);
    await add(stores[0]!, ids);
    const claimed = await Promise.all(
      stores.map(async (store) => {
        const mine: string[] = [];
        for (;;) {
          const some = await store.claim('x', NOON, NOON + MINUTE, 7);
          mine.push(...some.map((item) => item.outcome.id));
          if (some.length === 0) return mine;
        }
      }),
    );
    expect(claimed.flat().sort()).toEqual([...ids].sort());
  });

  it('does not let a copy whose lease ended fail what another one is delivering', async () => {
    const [a, b] = (await copiesOf(await server!.database(), 2)) as [Store, Store];
    await add(a, ['o', 'p']);
    await a.claim('x', NOON, NOON + MINUTE, 9);
    await b.recoverClaims();
    expect(await b.claim('x', NOON + MINUTE - 1, NOON + 2 * MINUTE, 9)).toEqual([]);
    expect(await b.claim('x', NOON + MINUTE, NOON + 2 * MINUTE, 9)).toHaveLength(2);
    await a.settle('x', [
      { id: 'o', state: 'dead', at: NOON, fault: 'late' },
      { id: 'p', state: 'pending', at: NOON, attempts: 3, nextAttemptAt: NOON, fault: 'late' },
    ]);
    expect(await b.claim('x', NOON + MINUTE, NOON + 2 * MINUTE, 9)).toEqual([]);
    await b.settle('x', [{ id: 'o', state: 'delivered', at: NOON }]);
    expect(await b.claim('x', NOON + 2 * MINUTE, NOON + 3 * MINUTE, 9)).toMatchObject([
      { outcome: { id: 'p' }, attempts: 0 },
    ]);
  });

  it('keeps when an outcome is due by how far that lies from what a clock read, though it was set since', async () => {
    const [a, b] = (await copiesOf(await server!.database(), 2, { databaseClock: true })) as [Store, Store];
    await add(a, ['o']);
    const at = Date.now() + 60 * MINUTE;
    const claimed = await a.claim('x', at, at + 20, 9);
    expect(claimed).toHaveLength(1);
    const again = { state: 'pending', at, attempts: 1, nextAttemptAt: at + 20, fault: 'late' } as const;
    await a.settle('x', [{ id: 'o', ...again }]);
    await expect.poll(() => b.claim('x', Date.now(), Date.now() + MINUTE, 9)).toHaveLength(1);
  });
});
