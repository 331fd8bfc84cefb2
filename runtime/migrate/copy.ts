import type { Store } from '../../core/contracts/store.ts';
import type { Cell } from '../store/copied-tables.ts';
import { COPIED } from '../store/copied-tables.ts';
import { PostgresImport } from '../store/postgres/import.ts';
import { openPostgresStore } from '../store/postgres/postgres-store.ts';
import { QUIET_MS, SqliteExport } from '../store/sqlite/export.ts';
import { verifyLedger } from '../store/verify-ledger.ts';

/** What is told while a copy is made: how many rows are done of how many, and of what. */
export interface CopyObserver {
  began(rows: number, alreadyThere: number): void;
  done(rows: number, what: string): void;
  /** So many rows of the ledger were found to follow from each other. */
  verified(rows: number): void;
}

export interface Compared {
  table: string;
  source: number;
  target: number;
}

/** What was found in the target once everything was there. */
export interface CopyResult {
  tables: Compared[];
  /** Rows of the ledger that follow from the ones before, and whether that is all of them, to the same last chain value. */
  ledger: { ok: boolean; rows: number; brokenAt?: number };
  /** Every count is equal and the ledger verifies: a Pickwell may use the target. */
  ok: boolean;
}

/** Rows in one transaction: bounds what is repeated after an interruption, and memory. */
const BATCH = 5_000;
/** Bound on reading a stretch of the ledger with its bodies, in ms. */
const VERIFY_MS = 60_000;

/** Works with something and closes it, whatever happens. */
async function closing<Resource extends { close(): unknown }, T>(
  resource: Resource,
  work: (resource: Resource) => Promise<T>,
): Promise<T> {
  try {
    return await work(resource);
  } finally {
    await resource.close();
  }
}

/**
 * Copies a data folder into an empty PostgreSQL database, or goes on with a copy that was interrupted; then counts every table on
 * both sides and verifies the ledger on the target. The target can be used only once all of it is right.
 * @throws SettingsError when the source is in use or the target is not empty; Fault `unavailable`.
 */
export async function copyFolder(
  folder: string,
  url: string,
  observer: CopyObserver,
  quietMs = QUIET_MS,
): Promise<CopyResult> {
  return closing(await SqliteExport.take(folder, quietMs), async (source) =>
    // opening the store brings the schema
    closing(await openPostgresStore({ url, connections: 2, statementMs: VERIFY_MS }), async (store) =>
      closing(await PostgresImport.open(url, source.fingerprint()), async (target) => {
        await copyTables(source, target, observer);
        await target.continueAt(source.ends());
        const result = await compare(source, target, counting(store, observer));
        if (result.ok) await target.finish();
        return result;
      }),
    ),
  );
}

async function copyTables(
  source: SqliteExport,
  target: PostgresImport,
  observer: CopyObserver,
): Promise<void> {
  const rows = COPIED.reduce((sum, table) => sum + source.count(table), 0);
  let done = COPIED.reduce((sum, table) => sum + target.done(table), 0);
  observer.began(rows, done);
  for (const table of COPIED) {
    for (const batch of batchesOf(source.rows(table, target.done(table)))) {
      await target.add(table, batch);
      observer.done((done += batch.length), table.name);
    }
  }
}

function* batchesOf(rows: Iterable<Cell[]>): Iterable<Cell[][]> {
  let batch: Cell[][] = [];
  for (const row of rows) {
    batch.push(row);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

async function compare(source: SqliteExport, target: PostgresImport, store: Store): Promise<CopyResult> {
  const tables: Compared[] = [];
  for (const table of COPIED) {
    tables.push({ table: table.name, source: source.count(table), target: await target.count(table) });
  }
  const check = await verifyLedger(store);
  const { seq, chain } = source.ends();
  const [last] = seq === 0 ? [] : await store.ledger(seq, 1);
  const whole = check.rows === seq && (seq === 0 || last?.chain === chain);
  const ledger = { ...check, ok: check.ok && whole };
  return { tables, ledger, ok: ledger.ok && tables.every((t) => t.source === t.target) };
}

/** The store, telling how far the ledger has been read. */
const counting = (store: Store, observer: CopyObserver): Store => ({
  ...store,
  ledger: (from, limit) => {
    observer.verified(from - 1);
    return store.ledger(from, limit);
  },
});
