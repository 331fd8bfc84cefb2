import type { Database } from './database.ts';

/** Row of `meta` with the token of the one process that may write. */
export const OWNER = 'owner';

export const ownerOf = (db: Database): string | undefined =>
  db.one<{ value: string }>('SELECT value FROM meta WHERE name = ?', OWNER)?.value;

export const makeOwner = (db: Database, token: string): void =>
  void db.run('INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)', OWNER, token);
