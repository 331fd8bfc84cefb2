/** One step of the schema. A step that was released is never changed; its digest is kept in every database. */
export interface Migration {
  sql: string;
  /** Whether the version before can work on what this step makes: it only adds what that version never looks at. */
  additive: boolean;
}

/** Pieces of each table that is split by hash: fixed, because changing it means writing every row again. */
export const PIECES = 4;

/** A table split by hash of the first column of its key: the person, or the id somebody looks a person up by. */
function split(name: string, columns: string, by: string): string {
  const pieces = Array.from(
    { length: PIECES },
    (_, i) =>
      `CREATE TABLE pickwell.${name}_${i} PARTITION OF pickwell.${name} FOR VALUES WITH (MODULUS ${PIECES}, REMAINDER ${i});`,
  );
  return `CREATE TABLE pickwell.${name} (${columns}) PARTITION BY HASH (${by});\n${pieces.join('\n')}\n`;
}

/**
 * Schema, forward only. Why the keys are as they are: docs/decisions/0008-postgresql-store.md. Times are ms since 1970 as
 * `double precision`, which is what a number is in JavaScript; bodies are `text`, because a digest is of every byte.
 */
export const MIGRATIONS: readonly Migration[] = [
  {
    additive: false,
    sql: `
    CREATE TABLE pickwell.meta (name text PRIMARY KEY, value text NOT NULL);
    CREATE TABLE pickwell.keys (id text PRIMARY KEY, body text NOT NULL);
    CREATE TABLE pickwell.programmes (
      id text, version integer, at double precision NOT NULL, body text NOT NULL, PRIMARY KEY (id, version)
    );
    -- a row for each transaction, for whoever lost the answer to its COMMIT
    CREATE TABLE pickwell.commits (
      token uuid PRIMARY KEY, written boolean NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp()
    );
    CREATE INDEX commits_by_time ON pickwell.commits (at);
    CREATE TABLE pickwell.leases (
      name text PRIMARY KEY, holder text NOT NULL, epoch bigint NOT NULL, ends_at timestamptz NOT NULL
    );
    ${split('aliases', 'alias text PRIMARY KEY, person text NOT NULL', 'alias')}
    ${split('persons', 'id text PRIMARY KEY, p smallint NOT NULL, root text NOT NULL, members text[], profile text', 'id')}
    ${split(
      'decisions',
      `person text, send_key text, id text NOT NULL, at double precision NOT NULL, programme text NOT NULL,
       option text NOT NULL, arm text NOT NULL, learn boolean NOT NULL, send text, record text NOT NULL,
       PRIMARY KEY (person, send_key)`,
      'person',
    )}
    -- whose decision it is, for those who know its id alone
    ${split('deciders', 'decision text PRIMARY KEY, person text NOT NULL', 'decision')}
    ${split(
      'contacts',
      `person text, at double precision, decision text, programme text NOT NULL, channel text NOT NULL,
       PRIMARY KEY (person, at, decision)`,
      'person',
    )}
    ${split('seen', 'source text, id text, PRIMARY KEY (id, source)', 'id')}
    ${split(
      'signals',
      'person text NOT NULL, name text NOT NULL, at double precision NOT NULL, body text NOT NULL',
      'person',
    )}
    CREATE INDEX signals_by_person ON pickwell.signals (person, name, at);
    ${split(
      'credits',
      `person text, decision text, signal text, programme text NOT NULL, worth double precision NOT NULL,
       PRIMARY KEY (person, decision, signal)`,
      'person',
    )}
    ${split(
      'rewards',
      `person text, programme text, arm text NOT NULL, reward double precision NOT NULL,
       PRIMARY KEY (person, programme)`,
      'person',
    )}

    -- a row for each batch until its entries have their places in the ledger; read and emptied all day
    CREATE TABLE pickwell.unsealed (
      number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, entries integer NOT NULL, body text NOT NULL
    ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
    -- short-lived and read once: not worth packing
    ALTER TABLE pickwell.unsealed ALTER COLUMN body SET STORAGE EXTERNAL;
    CREATE TABLE pickwell.ledger (
      seq bigint PRIMARY KEY, kind text NOT NULL, at double precision NOT NULL, programme text, person text, ref text,
      body text, digest text NOT NULL, chain text NOT NULL,
      -- of decisions, for the fold to count
      option text, arm text, learn boolean, first boolean
    );
    CREATE INDEX ledger_by_person ON pickwell.ledger (person);
    -- one row: the last place given; locked by whoever seals
    CREATE TABLE pickwell.ledger_head (one boolean PRIMARY KEY CHECK (one), seq bigint NOT NULL, chain text NOT NULL);
    INSERT INTO pickwell.ledger_head VALUES (true, 0, repeat('0', 64));
    -- one row: how far the fold has come, and a number that grows with every change copies have to hear of
    CREATE TABLE pickwell.progress (one boolean PRIMARY KEY CHECK (one), position bigint NOT NULL, changes bigint NOT NULL);
    INSERT INTO pickwell.progress VALUES (true, 0, 0);

    CREATE TABLE pickwell.models (
      programme text PRIMARY KEY, version integer NOT NULL, position bigint NOT NULL, hash text NOT NULL, state text NOT NULL
    );
    CREATE TABLE pickwell.model_versions (
      programme text, version integer, position bigint NOT NULL, hash text NOT NULL, PRIMARY KEY (programme, version)
    );

    CREATE TABLE pickwell.outbox (
      number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, destination text NOT NULL, id text NOT NULL,
      person text NOT NULL, body text NOT NULL, state text NOT NULL, attempts integer NOT NULL,
      created_at double precision NOT NULL, next_at double precision NOT NULL, claimer text, fault text
    );
    CREATE UNIQUE INDEX outbox_by_id ON pickwell.outbox (destination, id);
    CREATE INDEX outbox_by_person ON pickwell.outbox (person) WHERE state <> 'delivered';
    CREATE INDEX outbox_pending ON pickwell.outbox (destination, number) WHERE state = 'pending';
    `,
  },
  {
    // the version before leaves it empty and counts every contact
    additive: true,
    sql: `
    -- JSON: variant, send, release and state of a contact
    ALTER TABLE pickwell.contacts ADD COLUMN detail text;
    `,
  },
  {
    // the version before takes of nothing that is counted here
    additive: true,
    sql: `
    -- taken: sum of what was reserved and ends after as_of, ms since 1970; a row is locked by whoever takes of it
    CREATE TABLE pickwell.resources (
      key text PRIMARY KEY, taken double precision NOT NULL, as_of double precision NOT NULL
    ) WITH (fillfactor = 10);
    CREATE TABLE pickwell.reservations (
      resource text, id text, amount double precision NOT NULL, ends_at double precision NOT NULL, code text,
      PRIMARY KEY (resource, id)
    );
    CREATE INDEX reservations_by_end ON pickwell.reservations (resource, ends_at) INCLUDE (amount);
    CREATE INDEX reservations_by_code ON pickwell.reservations (resource, code) WHERE code IS NOT NULL;
    -- made or changed since their resource was last locked
    CREATE TABLE pickwell.unsettled (
      resource text, number bigint GENERATED ALWAYS AS IDENTITY, id text NOT NULL, amount double precision NOT NULL,
      ends_at double precision NOT NULL, code text, PRIMARY KEY (resource, number)
    ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
    CREATE TABLE pickwell.codes (
      pool text, code text, number bigint GENERATED ALWAYS AS IDENTITY, ends_at double precision NOT NULL,
      PRIMARY KEY (pool, code)
    );
    CREATE INDEX codes_by_end ON pickwell.codes (pool, ends_at, number);
    `,
  },
  {
    // the version before leaves it empty, and learns what it did before from it
    additive: true,
    sql: `
    -- ms from the decision to the signal; of no credit that was made before
    ALTER TABLE pickwell.credits ADD COLUMN delay double precision;
    `,
  },
  {
    // the version before does not write the list: what it changes is marked, and listed by whoever reads the list
    additive: true,
    sql: `
    -- first, and in the order of a batch: who writes to one already must not wait for the other
    LOCK TABLE pickwell.seen, pickwell.persons IN SHARE ROW EXCLUSIVE MODE;
    -- ids that left a channel or were erased, by their digests; number: place of the last change
    CREATE TABLE pickwell.closed (
      id text PRIMARY KEY, erased boolean NOT NULL, channels text NOT NULL, number bigint NOT NULL
    );
    CREATE INDEX closed_by_number ON pickwell.closed (number);
    -- one row: the last place given; locked by whoever closes something, until the commit
    CREATE TABLE pickwell.closed_head (one boolean PRIMARY KEY CHECK (one), number bigint NOT NULL);
    INSERT INTO pickwell.closed_head VALUES (true, 0);
    -- what may stand otherwise than the list says: a person's ids, the digest of an erased id (what: person, erased);
    -- beyond: all of those whose ids come after this one
    CREATE TABLE pickwell.unlisted (
      number bigint GENERATED ALWAYS AS IDENTITY, beyond boolean NOT NULL DEFAULT false, what text NOT NULL,
      id text NOT NULL, PRIMARY KEY (beyond, number)
    ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
    -- everybody from before there was a list
    INSERT INTO pickwell.unlisted (beyond, what, id) VALUES (true, 'erased', ''), (true, 'person', '');
    CREATE FUNCTION pickwell.unlist() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO pickwell.unlisted (what, id) VALUES (TG_ARGV[0], NEW.id);
      PERFORM pg_notify('pickwell', '');
      RETURN NEW;
    END $$;
    CREATE TRIGGER unlisted AFTER INSERT OR UPDATE ON pickwell.persons FOR EACH ROW
      WHEN (current_setting('pickwell.lists', true) IS DISTINCT FROM 'on' AND NEW.profile LIKE '%subscribed"%')
      EXECUTE FUNCTION pickwell.unlist('person');
    -- before: who is erased once more is there already, and may have joined in between
    CREATE TRIGGER unlisted BEFORE INSERT ON pickwell.seen FOR EACH ROW
      WHEN (NEW.source = 'erased' AND current_setting('pickwell.lists', true) IS DISTINCT FROM 'on')
      EXECUTE FUNCTION pickwell.unlist('erased');
    `,
  },
];
