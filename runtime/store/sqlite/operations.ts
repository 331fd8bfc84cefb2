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

/** Everything the main thread may ask of the worker; what writes is one transaction. */
export const operations = {
  load,
  write: (db: Database, rows: WriteRows) => db.transaction(() => write(db, rows)),
  position,
  readLedger,
  histories,
  commitFold: (db: Database, writes: FoldWrites) => db.transaction(() => commitFold(db, writes)),
  models,
  programmes,
  saveProgramme: (db: Database, programme: Programme, expected: number, at: number) =>
    db.transaction(() => saveProgramme(db, programme, expected, at)),
  decision,
  person,
  ledger,
  counts,
  claim: (db: Database, ask: Claim) => db.transaction(() => claim(db, ask)),
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
