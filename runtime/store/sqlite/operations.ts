import type { FoldWrites } from '../../../core/contracts/records.ts';
import type { OutboxResult } from '../../../core/contracts/outbox.ts';
import type { StoredKey } from '../../../core/contracts/key-store.ts';
import type { Programme } from '../../../core/domain/programme.ts';
import type { Database } from './database.ts';
import { commitFold, histories, models, position, readLedger } from './learn.ts';
import { claim, outboxCounts, recoverClaims, redrive, settle } from './outbox.ts';
import type { Claim } from './outbox.ts';
import { counts, decision, keys, ledger, meta, person, programmes, saveKey, saveProgramme } from './read.ts';
import type { WriteRows } from './rows.ts';
import { load, write } from './work.ts';

/** The process that writes to this data folder; undefined in one that only looks after keys. */
let owner: string | undefined;

const OWNER = 'owner';

/** Takes the data folder over: whoever owned it before can write no more. */
function own(db: Database, token: string): void {
  db.run('INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)', OWNER, token);
  owner = token;
}

const ownerOf = (db: Database): string | undefined =>
  db.one<{ value: string }>('SELECT value FROM meta WHERE name = ?', OWNER)?.value;

/** A transaction of the owner alone: two processes on one folder would each decide on facts the other changes. */
function asOwner<T>(db: Database, work: () => T): T {
  return db.transaction(() => {
    if (owner !== undefined && ownerOf(db) !== owner) {
      throw new Error('another Pickwell has taken over this data folder');
    }
    return work();
  });
}

/** Everything the main thread may ask of the worker; what writes is one transaction. */
export const operations = {
  load,
  own: (db: Database, token: string) => db.transaction(() => own(db, token)),
  write: (db: Database, rows: WriteRows) => asOwner(db, () => write(db, rows)),
  position,
  readLedger,
  histories,
  commitFold: (db: Database, writes: FoldWrites) => asOwner(db, () => commitFold(db, writes)),
  models,
  programmes,
  saveProgramme: (db: Database, programme: Programme, expected: number, at: number) =>
    db.transaction(() => saveProgramme(db, programme, expected, at)),
  decision,
  person,
  ledger,
  counts,
  claim: (db: Database, ask: Claim) => asOwner(db, () => claim(db, ask)),
  settle: (db: Database, destination: string, results: readonly OutboxResult[]) =>
    db.transaction(() => settle(db, destination, results)),
  recoverClaims: (db: Database) => db.transaction(() => recoverClaims(db)),
  outboxCounts,
  redrive: (db: Database, destination: string, now: number) =>
    db.transaction(() => redrive(db, destination, now)),
  keys,
  saveKey: (db: Database, key: StoredKey) => db.transaction(() => saveKey(db, key)),
  meta: (db: Database, name: string, initial: string) => db.transaction(() => meta(db, name, initial)),
  ping: (db: Database) => void db.one('SELECT 1'),
  close: (db: Database) => db.close(),
};

export type Operations = typeof operations;
export type Operation = keyof Operations;
