import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import type { StoredSignal } from '../../core/contracts/records.ts';
import type { Store } from '../../core/contracts/store.ts';
import { Batcher } from '../../runtime/engine/batcher.ts';
import { Database } from '../../runtime/store/sqlite/database.ts';
import { Recent } from '../../runtime/store/sqlite/recent.ts';
import { openSqliteStore } from '../../runtime/store/sqlite/sqlite-store.ts';
import { verifyLedger } from '../../runtime/store/verify-ledger.ts';
import { folder } from '../support/folders.ts';
import { opened } from '../support/opened.ts';
import { NOON, programme } from '../support/programmes.ts';
import { aliasesOf, contact, decision, facts, first, outcome, person, put } from '../support/store-writes.ts';
import { storeContract } from './store.ts';
import { outboxClockContract } from './store-outbox.ts';

const open = async () => openSqliteStore(await folder());

storeContract('the store in SQLite', open);
describe('the outbox in SQLite', () => outboxClockContract(open));

const fileIn = (path: string): string => join(path, 'pickwell.db');

/** Changes the file behind the back of the store. */
function edit(path: string, sql: string): void {
  const db = new DatabaseSync(fileIn(path));
  db.exec(sql);
  db.close();
}

const signal = (id: string, changes: object = {}): StoredSignal => {
  return { source: 's', id, at: NOON, name: 'clicked', values: { revenue: 10 }, person: 'p', ...changes };
};

async function filled(path: string): Promise<Store> {
  const store = await openSqliteStore(path);
  const p = person('p', 'user:u');
  const made = ['d1', 'd2', 'd3'].map((id) => decision(id));
  await put(store, {
    ...{
      persons: [p],
      aliases: aliasesOf(p),
      decisions: made.map(first),
      contacts: made.map((own) => contact(own)),
    },
    ...{ seen: [{ source: 's', id: 'e' }], signals: [signal('e'), signal('f')] },
    outcomes: [{ destination: 'x', person: 'p', outcome: outcome('o'), at: NOON }],
  });
  await store.saveProgramme(programme(), 0, NOON);
  return store;
}

describe('a data folder', () => {
  it('keeps everything when it is opened again', async () => {
    const path = await folder();
    const store = await filled(path);
    await store.meta('seed', 'first');
    await store.commitFold({
      ...{ expected: 0, position: 6, credits: [], removedCredits: [], rewards: [], removedRewards: [] },
      ...{ outcomes: [], forgotten: [], snapshots: [{ programme: 'welcome', position: 6, state: '{}' }] },
    });
    const ask = {
      persons: [{ aliases: ['user:u'], sendKeys: ['key of d1'] }],
      events: [{ source: 's', id: 'e' }],
    };
    const read = async (from: Store): Promise<unknown[]> => [
      await facts(from, ask),
      await from.ledger(1, 100),
      await from.models(),
      await from.programmes(),
      await from.position(),
      await from.counts(),
      await from.outboxCounts(),
      await from.meta('seed', 'second'),
    ];
    const before = await read(store);
    await store.close();
    const again = await opened(() => openSqliteStore(path));
    expect(await read(again)).toEqual(before);
    await put(again, { decisions: [first(decision('d4'))] });
    expect(await verifyLedger(again)).toEqual({ ok: true, rows: 7 });
  });

  it('is refused when a newer Pickwell wrote it', async () => {
    const path = await folder();
    await (await openSqliteStore(path)).close();
    edit(path, 'PRAGMA user_version = 99');
    await expect(openSqliteStore(path)).rejects.toMatchObject({
      kind: 'unavailable',
      detail: expect.stringContaining('schema 99') as string,
    });
  });

  it('is refused when it is no database', async () => {
    const path = await folder();
    await writeFile(
      fileIn(path),
      'This is not a database, and long enough for nobody to think so.'.repeat(100),
    );
    await expect(openSqliteStore(path)).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('answers nobody after it was closed', async () => {
    const store = await openSqliteStore(await folder());
    await store.close();
    await expect(store.ping()).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('without a flusher, as the spool has it, every commit is flushed: write-ahead log, synchronous FULL', async () => {
    const path = await folder();
    const db = new Database(fileIn(path));
    expect(db.one('PRAGMA journal_mode')).toEqual({ journal_mode: 'wal' });
    expect(db.one('PRAGMA synchronous')).toEqual({ synchronous: 2 });
    db.close();
  });
});

describe('decisions to learn from', () => {
  const context = { plan: 'pro', odd: 'Grüße "\\' };

  it('are counted alike by the process that made them and by the next one', async () => {
    const path = await folder();
    const store = await openSqliteStore(path);
    const p = person('p', 'user:u');
    const made = [{ context }, { context }, { context: {} }, { context, programme: 'other' }];
    await put(store, { persons: [p], decisions: made.map((own, i) => first(decision(`d${i}`, own))) });
    await put(store, { signals: [signal('e')] });
    await put(store, { decisions: [first(decision('d9', { at: NOON + 3_600_000 }))] });
    const read = async (from: Store): Promise<unknown[]> => {
      const all = [0, 2, 5].flatMap((after) =>
        [100, 3].flatMap((limit) => [[], ['welcome']].map((named) => from.readLedger(after, limit, named))),
      );
      const text = (row: unknown): string => JSON.stringify(Object.entries(row as object).sort());
      return (await Promise.all(all)).map(({ decisions, ...rest }) => [rest, decisions.map(text).sort()]);
    };
    const before = await read(store);
    await store.close();
    expect(before).toEqual(await read(await opened(() => openSqliteStore(path))));
  });

  it('are none of a batch that failed, also when its places in the ledger were taken', async () => {
    const store = await opened(async () => openSqliteStore(await folder()));
    await put(store, { decisions: [first(decision('d1'))] });
    const again = put(store, { decisions: [first(decision('d2')), first(decision('d1'))] });
    await expect(again).rejects.toThrow('UNIQUE');
    await store.saveProgramme(programme(), 0, NOON);
    await store.saveProgramme(programme(), 1, NOON);
    const { upTo, decisions } = await store.readLedger(0, 100);
    expect([upTo, decisions.map(({ count }) => count)]).toEqual([3, [1]]);
  });

  it('are remembered for a while, by whole batches', () => {
    const recent = new Recent(4);
    for (let end = 0; end < 30; end += 3) {
      recent.take(
        end,
        ['a', 'b', 'c'].map((id) => first(decision(id))),
      );
    }
    expect(recent.counts(0, 30, [])).toBeUndefined();
    expect(recent.counts(18, 30, [])).toMatchObject([{ count: 12 }]);
    expect(recent.counts(21, 27, [])).toMatchObject([{ count: 6 }]);
    expect(recent.counts(21, 28, [])).toBeUndefined();
    expect(recent.counts(25, 30, [])).toBeUndefined();
  });
});

describe('a ledger that somebody edited', () => {
  const edits = [
    ['the time of a row', 'UPDATE ledger SET at = at + 1 WHERE seq = 3', 3],
    ['the person of a row', `UPDATE ledger SET person = 'q' WHERE seq = 2`, 2],
    [
      'a programme',
      `UPDATE ledger SET body = replace(body, 'Welcome', 'Farewell') WHERE kind = 'programme'`,
      6,
    ],
    ['a decision', `UPDATE decisions SET record = replace(record, '"email"', '"sms"') WHERE id = 'd2'`, 2],
    ['a signal', `UPDATE signals SET body = replace(body, '10', '1000') WHERE body LIKE '%"f"%'`, 5],
    ['a row that is gone', 'DELETE FROM ledger WHERE seq = 4', 5],
  ] as const;

  it.each(edits)('is found out: %s', async (_, sql, brokenAt) => {
    const path = await folder();
    const store = await opened(() => filled(path));
    expect(await verifyLedger(store)).toEqual({ ok: true, rows: 6 });
    edit(path, sql);
    expect(await verifyLedger(store)).toMatchObject({ ok: false, brokenAt });
  });
});

describe('D6: a value SQLite cannot take', () => {
  const odd: [string, object][] = [
    ['an object', { at: {} }],
    ['no time', { at: undefined }],
    ['not a number', { at: Number.NaN }],
    ['a circle', circular()],
    ['a tower of brackets', { values: JSON.parse('['.repeat(100_000) + ']'.repeat(100_000)) as object }],
  ];

  it.each(odd)('poisons its own job only: %s', async (_, changes) => {
    const store = await opened(async () => openSqliteStore(await folder()));
    const ports = {
      lookback: () => ({ past: { contactsMs: 0, signals: new Map() }, now: 0 }),
      mintPersonId: () => 'p',
      observe: () => undefined,
      shed: () => undefined,
      stopwatch: () => 0,
    };
    const batcher = new Batcher({ store, ...ports });
    const submit = (id: string, own: object): Promise<string> =>
      batcher.submit({
        persons: [],
        events: [{ source: 's', id }],
        run: (set) => {
          if (!set.take({ source: 's', id })) return 'seen before';
          set.signal(signal(id, own));
          return id;
        },
      });
    const jobs = await Promise.allSettled(
      Array.from({ length: 50 }, (_, i) => submit(`e${i}`, i === 20 ? changes : {})),
    );
    const failed = jobs.flatMap(({ status }, i) => (status === 'rejected' ? [i] : []));
    expect(failed).toEqual([20]);
    expect(await store.counts()).toMatchObject({ signals: 49, events: 49, ledger: 49 });
    expect(await submit('e20', {})).toBe('e20');
    expect(await submit('e21', {})).toBe('seen before');
    expect(await verifyLedger(store)).toMatchObject({ ok: true });
  });
});

function circular(): object {
  const values: Record<string, unknown> = {};
  values.self = values;
  return { values };
}
