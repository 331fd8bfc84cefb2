import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { Store } from '../../../core/contracts/store.ts';
import { takeTurns } from '../turns.ts';
import { anew } from './anew.ts';
import { closed } from './closed.ts';
import { keys, meta, programmes, programmeVersion, saveKey, saveProgramme } from './configuration.ts';
import type { ConnectionOptions } from './connection.ts';
import { clientConfig, openPool } from './connection.ts';
import type { Patience } from './database.ts';
import { Database } from './database.ts';
import { errorOf } from './failures.ts';
import { arms, credited, histories, personsBehind, readLedger, trials } from './history.ts';
import { commitFold, models, position } from './learn.ts';
import { lease } from './leases.ts';
import { migrate, MIGRATION_MS } from './migrate.ts';
import { claim, outboxCounts, redrive, settle } from './outbox.ts';
import { counts, decision, decisionsOf, ledger, person } from './read.ts';
import { addCodes, pools, taken } from './resources.ts';
import { transact } from './transact.ts';
import { Watch } from './watch.ts';

export type PostgresOptions = ConnectionOptions &
  Patience & {
    /** Time is the database's, since the clocks of copies differ; absent: that of whoever calls. */
    databaseClock?: boolean;
    /** Told of what an operator should mend. */
    warn?: (message: string) => void;
  };

/** Settings without which a server that dies loses what it said it had. */
const UNSAFE = `SELECT name FROM pg_settings WHERE name IN ('fsync', 'full_page_writes') AND setting = 'off' ORDER BY name`;

async function prepare(options: PostgresOptions): Promise<void> {
  const client = new pg.Client({ ...clientConfig(options), query_timeout: MIGRATION_MS });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await migrate(client);
    const { rows } = await client.query<{ name: string }>(UNSAFE);
    for (const { name } of rows) {
      options.warn?.(
        `PostgreSQL runs with ${name} = off: when its machine dies, what was acknowledged may be lost`,
      );
    }
  } catch (error) {
    throw errorOf(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * The store in PostgreSQL 14 or newer, for as many processes as share the database. Brings the schema up to date. Rejects
 * with Fault `unavailable` when the server cannot be used; no error holds the password.
 */
export async function openPostgresStore(options: PostgresOptions): Promise<Store> {
  await prepare(options);
  const pool = openPool(options);
  const db = new Database(pool, options);
  const watches = new Set<Watch>();
  const me = randomUUID();
  const { databaseClock = false } = options;
  // of what this process asks for, the first to ask is the first to get
  const [inTurn, claiming, naming] = [takeTurns(), takeTurns(), takeTurns()];
  return {
    shared: true,
    transact: (query, work) => inTurn(() => transact(db, query, work, databaseClock)),
    closed: (after, limit) => closed(db, after, limit),
    position: () => position(db),
    readLedger: (after, limit, contextual) => readLedger(db, after, limit, contextual),
    histories: (persons, signals, contextual) => histories(db, persons, { signals, contextual }),
    credited: (persons) => credited(db, persons),
    trials: (programme, after, upTo) => trials(db, programme, after, upTo),
    arms: (programme, upTo) => arms(db, programme, upTo),
    ...anew(db),
    commitFold: (writes) => commitFold(db, writes),
    models: (known) => models(db, known),
    lease: (name, holder, ttlMs) => lease(db, name, holder, ttlMs),
    programmes: () => programmes(db),
    programmeVersion: (id, version) => programmeVersion(db, id, version),
    saveProgramme: (programme, expected, at) => saveProgramme(db, programme, { expected, at }),
    decision: (id) => decision(db, id),
    decisionsOf: (programme, before, limit) => decisionsOf(db, programme, { before, limit }),
    profiles: (persons) => personsBehind(db, persons),
    person: (alias) => person(db, alias),
    ledger: (from, limit) => ledger(db, from, limit),
    counts: () => counts(db),
    claim: (destination, now, leaseUntil, limit) =>
      claiming(() => claim(db, me, { destination, now, leaseUntil, limit, databaseClock })),
    settle: (destination, results) => settle(db, me, { destination, results, databaseClock }),
    // a claim may be another living copy's: those of the dead end with their leases
    recoverClaims: () => Promise.resolve(),
    outboxCounts: () => outboxCounts(db),
    redrive: (destination, now) => redrive(db, destination, now),
    addCodes: (pool, codes) => addCodes(db, pool, codes),
    pools: (now) => pools(db, now),
    taken: (wanted, now) => taken(db, wanted, now),
    keys: () => keys(db),
    saveKey: (key) => saveKey(db, key),
    meta: (name, initial) => naming(() => meta(db, name, initial)),
    // many own the database together: persons are locked, models are leased, nobody is refused
    own: () => Promise.resolve(),
    ping: async () => void (await db.rows({ name: 'ping', text: 'SELECT 1' })),
    watch: async (listener) => {
      const watch = new Watch(db, clientConfig(options), listener);
      watches.add(watch);
      await watch.start();
      return () => watch.close();
    },
    close: async () => {
      for (const watch of watches) await watch.close();
      await inTurn(() => pool.end());
    },
  };
}
