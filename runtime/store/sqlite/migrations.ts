import { fillClosed } from './closed.ts';
import type { Step } from './step.ts';

/**
 * Schema, forward only; `PRAGMA user_version` counts the steps taken. `p` is the logical partition of the person (0-255):
 * it is in the key of every per-person table, so that a later split of the data moves rows without changing any key. It
 * comes second, because ids of persons are ordered by the time they were made: what is new together lies together, and
 * a flush writes few pages.
 */
export const MIGRATIONS: readonly Step[] = [
  `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE keys (id TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE programmes (
    id TEXT NOT NULL, version INTEGER NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (id, version)
  ) WITHOUT ROWID;

  CREATE TABLE aliases (alias TEXT PRIMARY KEY, person TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE persons (
    id TEXT NOT NULL, p INTEGER NOT NULL, root TEXT NOT NULL, profile TEXT,
    PRIMARY KEY (id, p)
  ) WITHOUT ROWID;

  -- seq is the decision's place in the ledger
  CREATE TABLE decisions (
    seq INTEGER PRIMARY KEY, person TEXT NOT NULL, p INTEGER NOT NULL, send_key TEXT NOT NULL, id TEXT NOT NULL,
    at INTEGER NOT NULL, programme TEXT NOT NULL, option TEXT NOT NULL, arm TEXT NOT NULL, learn INTEGER NOT NULL,
    first INTEGER NOT NULL, record TEXT NOT NULL
  );
  CREATE UNIQUE INDEX decisions_by_send ON decisions (person, send_key, p);
  CREATE UNIQUE INDEX decisions_by_id ON decisions (id);
  CREATE TABLE contacts (
    person TEXT NOT NULL, p INTEGER NOT NULL, at INTEGER NOT NULL, decision TEXT NOT NULL,
    programme TEXT NOT NULL, channel TEXT NOT NULL,
    PRIMARY KEY (person, at, decision, p)
  ) WITHOUT ROWID;

  CREATE TABLE seen (source TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (source, id)) WITHOUT ROWID;
  CREATE TABLE signals (
    person TEXT NOT NULL, p INTEGER NOT NULL, name TEXT NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL
  );
  CREATE INDEX signals_by_person ON signals (person, name, at, p);
  CREATE TABLE credits (
    person TEXT NOT NULL, p INTEGER NOT NULL, decision TEXT NOT NULL, signal TEXT NOT NULL,
    programme TEXT NOT NULL, worth REAL NOT NULL,
    PRIMARY KEY (person, decision, signal, p)
  ) WITHOUT ROWID;
  CREATE TABLE rewards (
    person TEXT NOT NULL, p INTEGER NOT NULL, programme TEXT NOT NULL, arm TEXT NOT NULL, reward REAL NOT NULL,
    PRIMARY KEY (person, programme, p)
  ) WITHOUT ROWID;

  CREATE TABLE ledger (
    seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, at INTEGER NOT NULL, programme TEXT, person TEXT, ref TEXT,
    body TEXT, digest TEXT NOT NULL, chain TEXT NOT NULL
  );
  CREATE INDEX ledger_merges ON ledger (person) WHERE kind = 'merge';
  CREATE TABLE models (
    programme TEXT PRIMARY KEY, version INTEGER NOT NULL, position INTEGER NOT NULL, hash TEXT NOT NULL,
    state TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE model_versions (
    programme TEXT NOT NULL, version INTEGER NOT NULL, position INTEGER NOT NULL, hash TEXT NOT NULL,
    PRIMARY KEY (programme, version)
  ) WITHOUT ROWID;

  CREATE TABLE outbox (
    number INTEGER PRIMARY KEY, destination TEXT NOT NULL, id TEXT NOT NULL, person TEXT NOT NULL, body TEXT NOT NULL,
    state TEXT NOT NULL, attempts INTEGER NOT NULL, created_at INTEGER NOT NULL, next_at INTEGER NOT NULL,
    leased INTEGER NOT NULL DEFAULT 0, fault TEXT
  );
  CREATE INDEX outbox_by_person ON outbox (person) WHERE state <> 'delivered';
  CREATE UNIQUE INDEX outbox_by_id ON outbox (destination, id);
  CREATE INDEX outbox_due ON outbox (destination, next_at, number) WHERE state = 'pending';
  `,
  `
  -- JSON: variant, send, release and state of a contact
  ALTER TABLE contacts ADD COLUMN detail TEXT;
  `,
  `
  -- taken: sum of what was reserved and ends after as_of, ms since 1970
  CREATE TABLE resources (key TEXT PRIMARY KEY, taken INTEGER NOT NULL, as_of INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE reservations (
    resource TEXT NOT NULL, id TEXT NOT NULL, amount INTEGER NOT NULL, ends_at INTEGER NOT NULL, code TEXT,
    PRIMARY KEY (resource, id)
  ) WITHOUT ROWID;
  CREATE INDEX reservations_by_end ON reservations (resource, ends_at, amount);
  CREATE INDEX reservations_by_code ON reservations (resource, code) WHERE code IS NOT NULL;
  CREATE TABLE codes (
    number INTEGER PRIMARY KEY, pool TEXT NOT NULL, code TEXT NOT NULL, ends_at INTEGER NOT NULL
  );
  CREATE UNIQUE INDEX codes_by_code ON codes (pool, code);
  CREATE INDEX codes_by_end ON codes (pool, ends_at, number);
  `,
  `
  -- ms from the decision to the signal; of no credit that was made before
  ALTER TABLE credits ADD COLUMN delay REAL;
  `,
  (db) => {
    db.script(`
    -- ids that left a channel or were erased, by their digests; number: place of the last change, by which they are read
    CREATE TABLE closed (
      number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, erased INTEGER NOT NULL, channels TEXT NOT NULL
    );
    -- for whoever counts what is not delivered
    CREATE INDEX outbox_waiting ON outbox (destination, state, created_at) WHERE state <> 'delivered';
    `);
    fillClosed(db);
  },
];
