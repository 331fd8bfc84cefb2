import type { StoredKey } from '../../../core/contracts/key-store.ts';
import type { Programme } from '../../../core/domain/programme.ts';
import { CHANGED, NOTIFY } from './changes.ts';
import type { Database } from './database.ts';
import { entryOfDraft, UNSEALED } from './entries.ts';
import { call } from './session.ts';

const PROGRAMMES = {
  name: 'programmes',
  text: 'SELECT DISTINCT ON (id) body FROM pickwell.programmes ORDER BY id, version DESC',
};
const VERSION = {
  name: 'programme_version',
  text: 'SELECT body FROM pickwell.programmes WHERE id = $1 AND version = $2',
};
const NEWEST = {
  name: 'newest_version',
  text: 'SELECT coalesce(max(version), 0) AS version FROM pickwell.programmes WHERE id = $1',
};
const SAVE = {
  name: 'save_programme',
  text: 'INSERT INTO pickwell.programmes (id, version, at, body) VALUES ($1, $2, $3, $4)',
};
const KEYS = { name: 'keys', text: 'SELECT body FROM pickwell.keys ORDER BY id' };
const SAVE_KEY = {
  name: 'save_key',
  text: `INSERT INTO pickwell.keys (id, body) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET body = excluded.body`,
};
const FIRST_META = {
  name: 'first_meta',
  text: 'INSERT INTO pickwell.meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING',
};
const META = { name: 'meta', text: 'SELECT value FROM pickwell.meta WHERE name = $1' };

export async function programmes(db: Database): Promise<Programme[]> {
  return (await db.rows<{ body: string }>(PROGRAMMES)).map(({ body }) => JSON.parse(body) as Programme);
}

export async function programmeVersion(db: Database, id: string, version: number): Promise<Programme | null> {
  const row = await db.one<{ body: string }>(VERSION, id, version);
  return row ? (JSON.parse(row.body) as Programme) : null;
}

/** Saves the next version, in the ledger too. Whoever saves holds the row of changes, so one saves after the other. */
export function saveProgramme(
  db: Database,
  programme: Programme,
  { expected, at }: { expected: number; at: number },
): Promise<boolean> {
  return db.transaction(async (session) => {
    const { id } = programme;
    const [, [newest]] = await session.ask<[never[], { version: number }[]]>(call(CHANGED), call(NEWEST, id));
    if (newest!.version !== expected) return { calls: [], value: false };
    const version = expected + 1;
    const body = JSON.stringify({ ...programme, version });
    const draft = { kind: 'programme', at, programme: id, person: null, ref: `${id}@${version}` } as const;
    const entries = [entryOfDraft({ ...draft, body, inline: true })];
    const calls = [
      call(SAVE, id, version, at, body),
      call(UNSEALED, entries.length, JSON.stringify(entries)),
      call(NOTIFY),
    ];
    return { calls, value: true };
  });
}

export async function keys(db: Database): Promise<StoredKey[]> {
  return (await db.rows<{ body: string }>(KEYS)).map(({ body }) => JSON.parse(body) as StoredKey);
}

export async function saveKey(db: Database, key: StoredKey): Promise<void> {
  await db.rows(SAVE_KEY, key.id, JSON.stringify(key));
}

/** The value under a name, of whoever was first. */
export async function meta(db: Database, name: string, initial: string): Promise<string> {
  const [, [row]] = await db.read<[never[], { value: string }[]]>(
    call(FIRST_META, name, initial),
    call(META, name),
  );
  return row!.value;
}
