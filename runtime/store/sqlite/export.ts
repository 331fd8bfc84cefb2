import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SettingsError } from '../../settings.ts';
import type { Cell, CopiedTable, Ends } from '../copied-tables.ts';
import { sha256 } from '../ledger.ts';
import { Database } from './database.ts';
import { position } from './learn.ts';
import { CLOCK } from './outbox.ts';
import { makeOwner, OWNER, ownerOf } from './owner.ts';
import { refuseRemains } from './remains.ts';
import { ledgerEnd } from './write.ts';

/** What belongs to this folder and process alone. */
const OWN = `(name IN ('${OWNER}', '${CLOCK}', 'fold position') OR name LIKE 'lease %')`;

/**
 * Rows of each table in an order that does not change while nobody writes. Claims end as they do at a start
 * (`recoverClaims`): nobody will ever settle them.
 */
const READ: Record<string, string> = {
  persons: `SELECT id, p, root, json_extract(profile, '$.members'), profile FROM persons ORDER BY id, p`,
  aliases: 'SELECT alias, person FROM aliases ORDER BY alias',
  decisions: `SELECT person, send_key, id, at, programme, option, arm, learn, json_extract(record, '$.send'), record
    FROM decisions ORDER BY seq`,
  contacts:
    'SELECT person, at, decision, programme, channel, detail FROM contacts ORDER BY person, at, decision, p',
  seen: 'SELECT source, id FROM seen ORDER BY source, id',
  closed: 'SELECT id, erased, channels, number FROM closed ORDER BY id',
  signals: 'SELECT person, name, at, body FROM signals ORDER BY rowid',
  credits:
    'SELECT person, decision, signal, programme, worth, delay FROM credits ORDER BY person, decision, signal, p',
  rewards: 'SELECT person, programme, arm, reward FROM rewards ORDER BY person, programme, p',
  ledger: `SELECT l.seq, l.kind, l.at, l.programme, l.person, l.ref, l.body, l.digest, l.chain,
      d.option, d.arm, d.learn, d.first
    FROM ledger l LEFT JOIN decisions d ON l.kind = 'decision' AND d.seq = l.seq ORDER BY l.seq`,
  outbox: `SELECT number, destination, id, person, body, state, attempts, created_at,
      CASE WHEN state = 'pending' AND leased = 1 THEN 0 ELSE next_at END, fault
    FROM outbox ORDER BY number`,
  resources: 'SELECT key, taken, as_of FROM resources ORDER BY key',
  reservations: 'SELECT resource, id, amount, ends_at, code FROM reservations ORDER BY resource, id',
  codes: 'SELECT number, pool, code, ends_at FROM codes ORDER BY number',
  model_versions: 'SELECT programme, version, position, hash FROM model_versions ORDER BY programme, version',
  models: 'SELECT programme, version, position, hash, state FROM models ORDER BY programme',
  programmes: 'SELECT id, version, at, body FROM programmes ORDER BY id, version',
  keys: 'SELECT id, body FROM keys ORDER BY id',
  meta: `SELECT name, value FROM meta WHERE NOT ${OWN} ORDER BY name`,
};

/** Begins the token of whoever takes a folder over to copy it. */
const COPIER = 'copy ';
/** A running Pickwell writes at least every 5 s, when it renews its lease; how long it is listened for, and how often, in ms. */
export const QUIET_MS = 8_000;
const LOOK_MS = 250;

/** A data folder that is being copied: nobody else can write to it until it is closed. */
export class SqliteExport {
  readonly #db: Database;

  private constructor(db: Database) {
    this.#db = db;
  }

  /**
   * Takes a folder over once nobody has written to it for `quietMs`. A Pickwell that hangs for longer can write no more when
   * it wakes up, as after any other change of owner.
   * @throws SettingsError when there is no data, or a Pickwell is running on it; Fault `unavailable` when it was cut off.
   */
  static async take(folder: string, quietMs: number): Promise<SqliteExport> {
    const file = join(folder, 'pickwell.db');
    if (!existsSync(file)) throw new SettingsError(`${folder}: there is no pickwell.db in this folder`);
    refuseRemains(file);
    const db = new Database(file);
    try {
      await untilQuiet(db, folder, quietMs);
      db.transaction(() => {
        if (ownerOf(db)?.startsWith(COPIER)) return;
        const token = `${COPIER}${randomUUID()}`;
        makeOwner(db, token);
      });
      // holds the only right to write until the copy is done; what is read is all of one moment
      db.begin();
      return new SqliteExport(db);
    } catch (error) {
      db.close();
      throw error;
    }
  }

  /** Changes when anybody has used the folder, its owner included. */
  fingerprint(): string {
    const all = (sql: string): unknown[] => this.#db.all(sql);
    const meta = all(`SELECT name, value FROM meta WHERE name NOT LIKE 'lease %' ORDER BY name`);
    return sha256(JSON.stringify([meta, all('SELECT id, body FROM keys ORDER BY id'), this.ends()]));
  }

  ends(): Ends {
    return { ...ledgerEnd(this.#db), position: position(this.#db) };
  }

  count({ name }: CopiedTable): number {
    return this.#db.one<{ n: number }>(`SELECT count(*) AS n FROM (${READ[name]!})`)!.n;
  }

  /** The rows of a table from the one after `skip` on. */
  rows({ name }: CopiedTable, skip: number): Iterable<Cell[]> {
    return this.#db.lists<Cell[]>(`${READ[name]!} LIMIT -1 OFFSET ?`, skip);
  }

  /** Lets the folder go; it stays as it was. */
  close(): void {
    this.#db.rollback();
    this.#db.close();
  }
}

/** `data_version` changes with every commit of somebody else: https://sqlite.org/pragma.html#pragma_data_version */
async function untilQuiet(db: Database, folder: string, quietMs: number): Promise<void> {
  const version = (): number => db.one<{ data_version: number }>('PRAGMA data_version')!.data_version;
  const first = version();
  for (let waited = 0; waited < quietMs; waited += LOOK_MS) {
    await sleep(LOOK_MS);
    if (version() !== first) {
      throw new SettingsError(
        `${folder}: a Pickwell is running on this folder. Stop it, then run this again.`,
      );
    }
  }
}
