import pg from 'pg';
import { FOLD_LEASE } from '../core/contracts/store.ts';

/** A fold as it was committed. */
export interface Fold {
  /** Role of the copy that wrote it. */
  copy: string;
  /** Epoch of the lease at that moment. */
  epoch: number;
  before: number;
  position: number;
}

/** What the database itself saw, whatever the copies say. */
export interface Testimony {
  /** In the order in which they were committed. */
  folds: Fold[];
  /** Roles that took or renewed the lease of the fold, by epoch. */
  holders: Map<number, Set<string>>;
  /** When it was written down that something was delivered, ms since 1970, by its id. */
  delivered: Map<string, number>;
}

/*
 * Notes of the tables that copies write, made in the transaction that writes: what is rolled back has no note. Who writes is known by the
 * role, since every copy has one of its own.
 */
const NOTES = `
  CREATE SCHEMA chaos;
  CREATE TABLE chaos.folds (
    number bigint GENERATED ALWAYS AS IDENTITY, copy text, epoch bigint, before bigint, position bigint
  );
  CREATE TABLE chaos.holders (epoch bigint, copy text, PRIMARY KEY (epoch, copy));
  CREATE TABLE chaos.delivered (id text PRIMARY KEY, at double precision);
  CREATE FUNCTION chaos.fold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO chaos.folds (copy, epoch, before, position)
      SELECT session_user, epoch, OLD.position, NEW.position FROM pickwell.leases WHERE name = '${FOLD_LEASE}';
    RETURN NULL;
  END $$;
  CREATE TRIGGER chaos AFTER UPDATE ON pickwell.progress FOR EACH ROW
    WHEN (OLD.position <> NEW.position) EXECUTE FUNCTION chaos.fold();
  CREATE FUNCTION chaos.hold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO chaos.holders VALUES (NEW.epoch, session_user) ON CONFLICT DO NOTHING;
    RETURN NULL;
  END $$;
  CREATE TRIGGER chaos AFTER INSERT OR UPDATE ON pickwell.leases FOR EACH ROW
    WHEN (NEW.name = '${FOLD_LEASE}') EXECUTE FUNCTION chaos.hold();
  CREATE FUNCTION chaos.deliver() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO chaos.delivered VALUES (NEW.id, extract(epoch FROM clock_timestamp()) * 1000) ON CONFLICT DO NOTHING;
    RETURN NULL;
  END $$;
  CREATE TRIGGER chaos AFTER UPDATE ON pickwell.outbox FOR EACH ROW
    WHEN (OLD.state <> 'delivered' AND NEW.state = 'delivered') EXECUTE FUNCTION chaos.deliver();
`;

async function asking<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Makes a role for a copy; resolves with the URL by which it is used. */
export async function ownRole(url: string, copy: string): Promise<string> {
  const own = Object.assign(new URL(url), { username: copy });
  await asking(url, (client) =>
    client.query(`CREATE ROLE "${copy}" SUPERUSER LOGIN PASSWORD '${own.password}'`),
  );
  return own.href;
}

/** Has the database take notes from now on. */
export const takeNotes = (url: string): Promise<unknown> => asking(url, (client) => client.query(NOTES));

/** Role of the copy that folds, if one does. */
export const whoFolds = (url: string): Promise<string | undefined> =>
  asking(url, async (client) => {
    const { rows } = await client.query<{ copy: string }>(
      `SELECT copy FROM chaos.holders JOIN pickwell.leases USING (epoch) WHERE name = '${FOLD_LEASE}'`,
    );
    return rows[0]?.copy;
  });

export const testify = (url: string): Promise<Testimony> =>
  asking(url, async (client) => {
    const folds = await client.query<Record<'epoch' | 'before' | 'position' | 'copy', string>>(
      'SELECT copy, epoch, before, position FROM chaos.folds ORDER BY number',
    );
    const holders = await client.query<{ epoch: string; copies: string[] }>(
      'SELECT epoch, array_agg(copy) AS copies FROM chaos.holders GROUP BY epoch',
    );
    const notes = await client.query<{ id: string; at: number }>('SELECT id, at FROM chaos.delivered');
    return {
      folds: folds.rows.map(({ copy, epoch, before, position }) => ({
        ...{ copy, epoch: Number(epoch) },
        ...{ before: Number(before), position: Number(position) },
      })),
      holders: new Map(holders.rows.map(({ epoch, copies }) => [Number(epoch), new Set(copies)])),
      delivered: new Map(notes.rows.map(({ id, at }) => [id, at])),
    };
  });
