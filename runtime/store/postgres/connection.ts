import pg from 'pg';
import { fromText } from './cells.ts';

export interface ConnectionOptions {
  /** `postgresql://user:password@host:port/database`, with what node-postgres takes as query parameters. */
  url: string;
  /** Most connections of this process, the one that listens apart. */
  connections?: number;
  /** Until a connection has to stand, in ms. */
  connectMs?: number;
  /** Until the server gives a statement up, in ms. */
  statementMs?: number;
  /** Until a wait for somebody else's lock is given up, in ms. */
  lockMs?: number;
}

export const DEFAULTS = { connections: 6, connectMs: 1_000, statementMs: 5_000, lockMs: 2_000 };

/** A silent network is noticed this long after the server would have given up, in ms. */
const SILENCE_MS = 1_000;

const OID_INT8 = 20;
const OID_TEXT = 25;

/** 64-bit integers are counts and positions, far below 2^53; text is given back as it was handed in. */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') => {
    if (oid === OID_INT8) return Number;
    if (oid === OID_TEXT) return fromText;
    return pg.types.getTypeParser(oid, format) as unknown;
  }) as typeof pg.types.getTypeParser,
};

/** Every wait has an end: without these node-postgres waits for ever (docs/decisions/0008-postgresql-store.md). */
export function clientConfig(options: ConnectionOptions): pg.ClientConfig {
  const { connectMs, statementMs, lockMs } = { ...DEFAULTS, ...options };
  return {
    connectionString: options.url,
    application_name: 'pickwell',
    connectionTimeoutMillis: connectMs,
    statement_timeout: statementMs,
    lock_timeout: lockMs,
    query_timeout: statementMs + SILENCE_MS,
    idle_in_transaction_session_timeout: statementMs + SILENCE_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types,
  };
}

/**
 * How statements are planned. Every hot statement looks rows up by the first column of a key, for a list of values handed in:
 * the right plan is known, is the same for every value, and must not depend on statistics of tables that were empty when
 * a connection planned it.
 */
const PLANNING = `SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET enable_hashjoin = off;
  SET enable_mergejoin = off; SET jit = off`;

/**
 * A role or a database that commits before the log is on disk would lose what was acknowledged when the server dies. `local` and
 * what waits for standbys stay as somebody chose them.
 */
const DURABLE = `SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'`;

/**
 * How long a connection is used, in s: whatever stands for the address leads new ones to where the server is by now, and a server
 * gives back what it kept for an old one.
 */
export const LIFETIME_S = 600;

/** A bounded pool. Statements of a connection are sent without waiting for the answer to the one before. */
export function openPool(options: ConnectionOptions): pg.Pool {
  const pool = new pg.Pool({
    ...clientConfig(options),
    max: options.connections ?? DEFAULTS.connections,
    pipeline: true,
    idleTimeoutMillis: 60_000,
    maxLifetimeSeconds: LIFETIME_S,
    // the pool waits for it, whatever its type says
    onConnect: (client) => client.query(`${PLANNING}; ${DURABLE}`) as unknown as void,
  });
  // a connection that is lost while nobody uses it is replaced when somebody needs one
  pool.on('error', () => undefined);
  return pool;
}
