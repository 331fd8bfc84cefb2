import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import type { ModelSnapshot } from '../../core/contracts/records.ts';
import type { Store } from '../../core/contracts/store.ts';
import type { Decision } from '../../core/domain/decision.ts';
import type { ModelState } from '../../core/learn/model.ts';
import { optionTotals } from '../../core/learn/model.ts';
import { openPostgresStore } from '../../runtime/store/postgres/postgres-store.ts';
import { openSqliteStore } from '../../runtime/store/sqlite/sqlite-store.ts';
import type { EngineRig } from './engine-rig.ts';
import { folder } from './folders.ts';
import { opened } from './opened.ts';
import { postgresServer } from './postgres.ts';
import { CONTEXT, programme } from './programmes.ts';

/* Stores whose models are written over from outside. */

const server = await postgresServer();

export const OWN = programme({ ...CONTEXT, policy: { kind: 'linear-thompson' } });
export const OTHER = programme({ id: 'other' });
export const PEOPLE = 20;

type Write = (model: ModelSnapshot) => Promise<void>;

/** Writes over the model of a data folder without its store; with version 0 none is left. */
export const intoFolder =
  (path: string): Write =>
  ({ programme: id, version, position, hash, state }) => {
    const db = new DatabaseSync(join(path, 'pickwell.db'));
    db.prepare('DELETE FROM models WHERE programme = ?').run(id);
    const put = 'INSERT INTO models (programme, version, position, hash, state) VALUES (?, ?, ?, ?, ?)';
    if (version > 0) db.prepare(put).run(id, version, position, hash, state);
    db.close();
    return Promise.resolve();
  };

const intoDatabase =
  (url: string): Write =>
  async ({ programme: id, version, position, hash, state }) => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query('DELETE FROM pickwell.models WHERE programme = $1', [id]);
    const put =
      'INSERT INTO pickwell.models (programme, version, position, hash, state) VALUES ($1, $2, $3, $4, $5)';
    if (version > 0) await client.query(put, [id, version, position, hash, state]);
    await client.end();
  };

interface Place {
  store: Store;
  write: Write;
}

export async function inSqlite(): Promise<Place> {
  const path = await folder();
  return { store: await opened(() => openSqliteStore(path)), write: intoFolder(path) };
}

async function inPostgres(): Promise<Place> {
  const url = await server!.database();
  return { store: await opened(() => openPostgresStore({ url })), write: intoDatabase(url) };
}

export const PLACES: [string, () => Promise<Place>][] = [
  ['SQLite', inSqlite],
  ...(server ? [['PostgreSQL', inPostgres] as [string, () => Promise<Place>]] : []),
];

export const the = async (store: Store): Promise<ModelSnapshot> =>
  (await store.models()).find(({ programme: id }) => id === OWN.id)!;

export async function learn(rig: EngineRig, name: string): Promise<Decision[]> {
  const made = Array.from({ length: PEOPLE }, (_, i) =>
    rig.decide({ userId: `${name} ${i}` }, { context: { plan: i % 2 ? 'pro' : 'free', days: 7 * i } }),
  );
  const decisions = await Promise.all(made);
  await rig.folder.catchUp();
  return decisions;
}

export const trialsOf = (state: Pick<ModelState, 'linear'>): number =>
  Object.values(optionTotals(state)).reduce((sum, own) => sum + own.trials, 0);
