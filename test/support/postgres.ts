import pg from 'pg';
import { afterAll, onTestFinished } from 'vitest';
import type { Store } from '../../core/contracts/store.ts';
import type { PostgresOptions } from '../../runtime/store/postgres/postgres-store.ts';
import { openPostgresStore } from '../../runtime/store/postgres/postgres-store.ts';
import { ownPostgres } from './own-postgres.ts';

/** Where a server may already be running. */
const LOCAL = 'postgresql://postgres@127.0.0.1:5432/postgres';

/** A server to test on, and databases of it. */
export interface TestServer {
  /** An empty database that is dropped when the test is over; its URL. */
  database(): Promise<string>;
  /** A store in an empty database. */
  store(options?: Partial<PostgresOptions>): Promise<Store>;
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** PostgreSQL from npm, for the tests of one file. */
async function embedded(): Promise<string> {
  const server = await ownPostgres();
  afterAll(() => server.remove());
  return server.url();
}

async function serverUrl(environment: NodeJS.ProcessEnv): Promise<string> {
  if (environment.PICKWELL_TEST_POSTGRES === 'embedded') return embedded();
  if (environment.DATABASE_URL !== undefined) return environment.DATABASE_URL;
  return (await answers(LOCAL)) ? LOCAL : embedded();
}

/** Whether what a test needs and the machine lacks is an error. */
export const required = (environment = process.env): boolean =>
  Boolean(environment.CI) || environment.PICKWELL_REQUIRE_SERVICES === '1';

/**
 * A PostgreSQL server: `DATABASE_URL`, the one on this machine, or one from npm. Undefined, and said aloud, when none can be
 * had; with `CI` or `PICKWELL_REQUIRE_SERVICES=1` that is an error.
 */
export async function postgresServer(environment = process.env): Promise<TestServer | undefined> {
  try {
    return await onServer(await serverUrl(environment));
  } catch (error) {
    if (required(environment)) throw error;
    console.warn(`SKIPPED: tests of PostgreSQL. ${String(error)}`);
    return undefined;
  }
}

let made = 0;

async function onServer(url: string): Promise<TestServer> {
  const admin = new pg.Pool({ connectionString: url, max: 2 });
  // the server may be stopped before the last connection to it is
  admin.on('error', () => undefined);
  const named = (name: string): string => Object.assign(new URL(url), { pathname: `/${name}` }).href;
  const prefix = `pickwell_test_${process.pid}`;
  const template = `${prefix}_template`;
  const drop = (name: string): Promise<unknown> =>
    admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  await drop(template);
  await admin.query(`CREATE DATABASE ${template}`);
  const first = await openPostgresStore({ url: named(template), connections: 1 });
  await first.close();
  afterAll(async () => {
    await drop(template);
    await admin.end();
  });
  const database = async (): Promise<string> => {
    const name = `${prefix}_${++made}`;
    await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
    onTestFinished(async () => void (await drop(name)));
    return named(name);
  };
  return {
    database,
    store: async (options = {}) => openPostgresStore({ url: await database(), ...options }),
  };
}
