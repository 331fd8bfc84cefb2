import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '../../../core/contracts/faults.ts';
import type { Store } from '../../../core/contracts/store.ts';
import { arms, merges, places, trials } from './anew.ts';
import { closed } from './closed.ts';
import { Database } from './database.ts';
import { commitFold, credited, histories, lease, models, position, readLedger } from './learn.ts';
import { load } from './load.ts';
import { claim, outboxCounts, recoverClaims, redrive, settle } from './outbox.ts';
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
import { Recent } from './recent.ts';
import { addCodes, pools, taken } from './resources.ts';
import { making, refuseRemains } from './remains.ts';
import type { Flushing } from './tenure.ts';
import { FLUSHING, Tenure } from './tenure.ts';
import { write } from './write.ts';

function openTenure(folder: string, flushing: Flushing): Tenure {
  const file = join(folder, 'pickwell.db');
  try {
    refuseRemains(file);
    mkdirSync(folder, { recursive: true });
    return making(file, () => new Tenure(new Database(file), flushing));
  } catch (error) {
    throw error instanceof Fault ? error : new Fault('unavailable', `store: ${(error as Error).message}`);
  }
}

/**
 * The embedded store: SQLite with a write-ahead log, every commit flushed to disk before it is answered. Every call works on
 * the caller's thread; the flush does not hold it up. One process owns a data folder. Rejects with Fault `unavailable` when
 * SQLite refuses (disk full, file damaged), and for good after a flush that failed
 * (docs/decisions/0017-the-flush-does-not-hold-up-the-engine.md).
 */
export const openSqliteStore = (folder: string, flushing: Flushing = FLUSHING): Promise<Store> =>
  Promise.try(() => storeOn(openTenure(folder, flushing)));

function storeOn(tenure: Tenure): Store {
  const read: Tenure['read'] = (work) => tenure.read(work);
  // what was learned is told of once a fold is on disk, and with it everything it was learned from
  const see: Tenure['see'] = (work) => tenure.see(work);
  const change: Tenure['change'] = (work) => tenure.change(work);
  const own: Tenure['own'] = (work, committed) => tenure.own(work, committed);
  const recent = new Recent();
  return {
    concurrent: 2,
    transact: async (query, work) => {
      await own(
        (db) => {
          const writes = work(load(db, query));
          return { end: write(db, writes), decisions: writes.decisions };
        },
        ({ end, decisions }) => recent.take(end, decisions),
      );
    },
    closed: (after, limit) => read((db) => closed(db, after, limit)),
    position: () => see(position),
    readLedger: (after, limit, contextual) =>
      see((db) => readLedger(db, { after, limit, contextual }, recent)),
    histories: (persons, signals, contextual) => see((db) => histories(db, persons, { signals, contextual })),
    credited: (persons) => see((db) => credited(db, persons)),
    trials: (programme, after, upTo) => see((db) => trials(db, programme, after, upTo)),
    arms: (programme, upTo) => see((db) => arms(db, programme, upTo)),
    merges: (upTo) => see((db) => merges(db, upTo)),
    places: (persons) => see((db) => places(db, persons)),
    commitFold: (writes) => own((db) => commitFold(db, writes)),
    models: (known) => read((db) => models(db, known)),
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
