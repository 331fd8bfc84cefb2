import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import type { Store } from '../../core/contracts/store.ts';
import { openPostgresStore } from '../../runtime/store/postgres/postgres-store.ts';
import { openSqliteStore } from '../../runtime/store/sqlite/sqlite-store.ts';
import { batchesOf } from '../under-load/batches.ts';
import type { Databases } from '../under-load/database.ts';
import { filled } from '../under-load/filling.ts';
import { inFolder } from '../under-load/rig.ts';
import type { Recorded } from './records.ts';
import { KINDS, recorded } from './records.ts';

/** Bytes on disk, indexes included. */
export interface Bytes {
  /** Their row and one id. */
  person: number;
  /** The record, its send key, the contact, its place in the ledger. */
  decision: number;
}

/** What a database does for one batch, in microseconds of its CPU: so much for the batch, so much for each decision. */
export interface BatchCost {
  fixedUs: number;
  perDecisionUs: number;
  /** Bytes of write-ahead log for a decision. */
  wal: number;
}

const OF_PERSON = ['persons', 'aliases'];

/** `dbstat` counts the pages of each table and index. */
function sqliteShared(folder: string, persons: number, decisions: number): Bytes {
  const db = new DatabaseSync(join(folder, 'pickwell.db'));
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  const sizes = new Map<string, number>();
  const rows = db.prepare(
    `SELECT s.tbl_name AS name, sum(d.pgsize) AS size FROM dbstat d JOIN sqlite_schema s ON s.name = d.name GROUP BY 1`,
  );
  for (const { name, size } of rows.all() as unknown as { name: string; size: number }[])
    sizes.set(name, size);
  db.close();
  return shared(sizes, statSync(join(folder, 'pickwell.db')).size, { persons, decisions });
}

/** Sizes after `persons` people were decided for once each. */
export async function sqliteBytes(folder: string, persons: number): Promise<Bytes> {
  await filled({ store: { kind: 'sqlite', folder }, persons, decided: 1 });
  return sqliteShared(folder, persons, persons);
}

async function postgresShared(url: string, persons: number, decisions: number): Promise<Bytes> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  // what was deleted from the queue of the ledger is not part of it
  await client.query('VACUUM FULL pickwell.unsealed');
  const { rows } = await client.query<{ name: string; size: number }>(
    `SELECT regexp_replace(relname, '_[0-9]+$', '') AS name, sum(pg_total_relation_size(oid))::float8 AS size
     FROM pg_class WHERE relnamespace = 'pickwell'::regnamespace AND relkind = 'r' GROUP BY 1`,
  );
  await client.end();
  const sizes = new Map(rows.map(({ name, size }) => [name, size]));
  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  return shared(sizes, total, { persons, decisions });
}

export async function postgresBytes(url: string, persons: number): Promise<Bytes> {
  await filled({ store: { kind: 'postgres', url }, persons, decided: 1 });
  return postgresShared(url, persons, persons);
}

/** What decisions of one kind of programme (`KINDS`) are made of, and what they take. */
export interface RecordBytes extends Recorded {
  /** Bytes a decision, indexes included. */
  sqlite: number;
  postgres?: number | undefined;
}

/** What the records of every kind of programme take, on SQLite and, where there is one, on a PostgreSQL. */
export async function recordBytes(databases: Databases | undefined): Promise<Record<string, RecordBytes>> {
  const all: Record<string, RecordBytes> = {};
  for (const kind of Object.keys(KINDS)) {
    const found = await inFolder(async (folder) => {
      const store = await openSqliteStore(folder);
      const made = await recorded(store, kind).finally(() => store.close());
      return { ...made, sqlite: sqliteShared(folder, made.persons, made.decisions).decision };
    });
    const postgres = await databases?.empty(async (url) => {
      const store = await openPostgresStore({ url });
      const made = await recorded(store, kind).finally(() => store.close());
      return (await postgresShared(url, made.persons, made.decisions)).decision;
    });
    all[kind] = { ...found, postgres };
  }
  return all;
}

function shared(
  sizes: ReadonlyMap<string, number>,
  total: number,
  { persons, decisions }: { persons: number; decisions: number },
): Bytes {
  const person = OF_PERSON.reduce((sum, name) => sum + (sizes.get(name) ?? 0), 0);
  return { person: person / persons, decision: (total - person) / decisions };
}

/** CPU time of some processes of this machine, in microseconds (proc(5): ticks of 10 ms). */
function cpuOf(pids: readonly number[]): number {
  const ticks = pids.map((pid) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
    return Number(fields[11]) + Number(fields[12]);
  });
  return ticks.reduce((sum, own) => sum + own, 0) * 10_000;
}

/** Sizes of batches that are compared; the first run is for the compiler. */
const SMALL = 8;
const LARGE = 128;
const DECISIONS = 30_000;

interface Spent {
  us: number;
  wal: number;
  clientUs: number;
}

/** What batches of one size cost, per decision. */
async function spent(store: Store, client: pg.Client, size: number): Promise<Spent> {
  const pids = async (): Promise<number[]> => {
    const { rows } = await client.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'pickwell'`,
    );
    return rows.map(({ pid }) => pid);
  };
  const wal = async (): Promise<number> => {
    const { rows } = await client.query<{ at: number }>(
      `SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 AS at`,
    );
    return rows[0]!.at;
  };
  const batches = Array.from({ length: Math.floor(DECISIONS / size) }, batchesOf(size, size, `of ${size}`));
  const decisions = batches.length * size;
  await store.ledger(1, 1);
  const before = { cpu: cpuOf(await pids()), wal: await wal(), own: process.cpuUsage() };
  for (const { query, writes } of batches) await store.transact(query, () => writes);
  const own = process.cpuUsage(before.own);
  // giving places in the ledger is part of what a decision costs
  await store.ledger(1, 1);
  return {
    us: (cpuOf(await pids()) - before.cpu) / decisions,
    wal: ((await wal()) - before.wal) / decisions,
    clientUs: (own.user + own.system) / decisions,
  };
}

/** Needs the database on this machine, on Linux. `clientUs` is the store's own CPU time in this process, per decision. */
export async function batchCost(url: string): Promise<BatchCost & { clientUs: number }> {
  const store = await openPostgresStore({ url, connections: 2 });
  const client = new pg.Client({ connectionString: url });
  try {
    await client.connect();
    await spent(store, client, 100);
    const small = await spent(store, client, SMALL);
    const large = await spent(store, client, LARGE);
    // cost of a decision = fixed / size + per decision
    const fixedUs = (small.us - large.us) / (1 / SMALL - 1 / LARGE);
    return { ...large, fixedUs, perDecisionUs: large.us - fixedUs / LARGE };
  } finally {
    await client.end();
    await store.close();
  }
}
