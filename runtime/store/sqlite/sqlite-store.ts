import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '../../../core/contracts/faults.ts';
import type { Store } from '../../../core/contracts/store.ts';
import { Database } from './database.ts';
import { commitFold, endLeases, histories, lease, models, position, readLedger } from './learn.ts';
import { load } from './load.ts';
import { claim, outboxCounts, recoverClaims, redrive, settle } from './outbox.ts';
import { makeOwner, ownerOf } from './owner.ts';
import {
  counts,
  decision,
  decisionsOf,
  keys,
  ledger,
  meta,
  person,
  profiles,
  programmes,
  programmeVersion,
  saveKey,
  saveProgramme,
} from './read.ts';
import { addCodes, pools, taken } from './resources.ts';
import { write } from './write.ts';

/** Result codes of SQLite that are the machine's or the disk's doing (https://sqlite.org/rescode.html). */
const UNAVAILABLE: ReadonlySet<number> = new Set([5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 22, 23, 26]);

/** What SQLite refuses is a fault where the disk is to blame, else a bug in a statement; whatever else is thrown is not ours. */
function failureOf(error: unknown): Error {
  const { message, errcode } = error as Error & { errcode?: number };
  if (errcode === undefined) return error as Error;
  return UNAVAILABLE.has(errcode & 0xff)
    ? new Fault('unavailable', `store: ${message}`)
    : new Error(`store: ${message}`);
}

function openDatabase(folder: string): Database {
  try {
    mkdirSync(folder, { recursive: true });
    return new Database(join(folder, 'pickwell.db'));
  } catch (error) {
    throw new Fault('unavailable', `store: ${(error as Error).message}`);
  }
}

/** A database and the process that may write to it. */
class Tenure {
  readonly db: Database;
  /** Undefined in a process that only looks after keys. */
  #owner: string | undefined;
  #closed = false;

  constructor(db: Database) {
    this.db = db;
  }

  /** Runs `work` at once: nothing else of this process comes in between. */
  read<T>(work: (db: Database) => T): Promise<T> {
    if (this.#closed) return Promise.reject(new Fault('unavailable', 'store: the store was closed'));
    try {
      return Promise.resolve(work(this.db));
    } catch (error) {
      return Promise.reject(failureOf(error));
    }
  }

  change<T>(work: (db: Database) => T): Promise<T> {
    return this.read((db) => db.transaction(() => work(db)));
  }

  /** A change by the owner alone: two processes on one folder would each decide on facts the other changes. */
  own<T>(work: (db: Database) => T): Promise<T> {
    return this.change((db) => {
      if (this.#owner !== undefined && ownerOf(db) !== this.#owner) {
        throw new Error('another Pickwell has taken over this data folder');
      }
      return work(db);
    });
  }

  async take(token: string): Promise<void> {
    await this.change((db) => {
      makeOwner(db, token);
      endLeases(db);
    });
    this.#owner = token;
  }

  close(): Promise<void> {
    if (!this.#closed) this.db.close();
    this.#closed = true;
    return Promise.resolve();
  }
}

/**
 * The embedded store: SQLite with a write-ahead log, every commit flushed to disk before it is answered. Every call works
 * on the caller's thread and holds it up for as long as the disk takes. One process owns a data folder. Rejects with
 * Fault `unavailable` when SQLite refuses (disk full, file damaged).
 */
export const openSqliteStore = (folder: string): Promise<Store> =>
  Promise.try(() => storeOn(openDatabase(folder)));

function storeOn(db: Database): Store {
  const tenure = new Tenure(db);
  const read: Tenure['read'] = (work) => tenure.read(work);
  const change: Tenure['change'] = (work) => tenure.change(work);
  const own: Tenure['own'] = (work) => tenure.own(work);
  return {
    transact: (query, work) => own((db) => write(db, work(load(db, query)))),
    position: () => read(position),
    readLedger: (after, limit) => read((db) => readLedger(db, after, limit)),
    histories: (persons, signals) => read((db) => histories(db, persons, signals)),
    commitFold: (writes) => own((db) => commitFold(db, writes)),
    models: (after) => read((db) => models(db, after)),
    lease: (name, holder, ttlMs) => own((db) => lease(db, name, { holder, ttlMs })),
    // one process owns the folder, and knows what it changed
    watch: () => Promise.resolve(() => Promise.resolve()),
    programmes: () => read(programmes),
    programmeVersion: (id, version) => read((db) => programmeVersion(db, id, version)),
    saveProgramme: (programme, expected, at) => change((db) => saveProgramme(db, programme, expected, at)),
    decision: (id) => read((db) => decision(db, id)),
    decisionsOf: (programme, before, limit) => read((db) => decisionsOf(db, programme, { before, limit })),
    profiles: (persons) => read((db) => profiles(db, persons)),
    person: (alias) => read((db) => person(db, alias)),
    ledger: (from, limit) => read((db) => ledger(db, from, limit)),
    counts: () => read(counts),
    claim: (destination, now, leaseUntil, limit) =>
      own((db) => claim(db, { destination, now, leaseUntil, limit })),
    settle: (destination, results) => change((db) => settle(db, destination, results)),
    recoverClaims: () => change(recoverClaims),
    outboxCounts: () => read(outboxCounts),
    redrive: (destination, now) => change((db) => redrive(db, destination, now)),
    addCodes: (pool, codes) => change((db) => addCodes(db, pool, codes)),
    pools: (now) => read((db) => pools(db, now)),
    taken: (wanted, now) => read((db) => taken(db, wanted, now)),
    keys: () => read(keys),
    saveKey: (key) => change((db) => saveKey(db, key)),
    meta: (name, initial) => change((db) => meta(db, name, initial)),
    own: (token) => tenure.take(token),
    ping: () => read((db) => void db.one('SELECT 1')),
    close: () => tenure.close(),
  };
}
