import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { sha256 } from '../ledger.ts';
import type { Migration } from './migrations.ts';
import { MIGRATIONS } from './migrations.ts';

/** Advisory lock of whoever changes the schema; any number, as long as it is always the same. */
const LOCK = 7_061_635_100_001;
/** Bound on a step, and on waiting for another copy that is taking it. */
export const MIGRATION_MS = 60_000;
/**
 * How long a step waits for a lock, in ms: who comes after it waits behind it, and running copies give up after 2 s. Then those go
 * first for `PAUSE_MS`.
 */
const LOCK_MS = 1_500;
const PAUSE_MS = 1_000;
const NOT_LOCKED = '55P03';

interface Applied {
  step: number;
  digest: string;
  additive: boolean;
}

/**
 * Brings the schema up to date, one transaction a step. Copies that start together wait for each other. A copy works on
 * its own schema and on the one after it if that step is additive, so that copies can be exchanged one by one.
 * @throws Error when a step that was taken is not the one this version knows, or the schema is too new for it.
 */
export async function migrate(client: pg.Client, steps: readonly Migration[] = MIGRATIONS): Promise<void> {
  await client.query(`SET lock_timeout = ${MIGRATION_MS}; SET statement_timeout = ${MIGRATION_MS}`);
  await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
  await client.query('CREATE SCHEMA IF NOT EXISTS pickwell');
  await client.query(`CREATE TABLE IF NOT EXISTS pickwell.migrations (
    step integer PRIMARY KEY, digest text NOT NULL, additive boolean NOT NULL, at timestamptz NOT NULL DEFAULT now())`);
  const { rows } = await client.query<Applied>(
    'SELECT step, digest, additive FROM pickwell.migrations ORDER BY step',
  );
  check(rows, steps);
  for (let step = rows.length; step < steps.length; step++) await take(client, step + 1, steps[step]!);
  await client.query('SELECT pg_advisory_unlock($1)', [LOCK]);
}

function check(applied: readonly Applied[], steps: readonly Migration[]): void {
  for (const [i, { step, digest, additive }] of applied.entries()) {
    const known = steps[i];
    if (known && digest !== sha256(known.sql)) {
      throw new Error(
        `Step ${step} of the database's schema is not the one this Pickwell knows: it was changed, or is another program's.`,
      );
    }
    if (!known && (i > steps.length || !additive)) {
      throw new Error(
        `The database is of schema ${applied.length}, this Pickwell knows ${steps.length}: upgrade Pickwell.`,
      );
    }
  }
}

/** Takes a step, as often as it takes to have its locks. */
async function take(client: pg.Client, step: number, migration: Migration): Promise<void> {
  for (const until = performance.now() + MIGRATION_MS; ;) {
    try {
      return await attempt(client, step, migration);
    } catch (error) {
      if ((error as { code?: unknown }).code !== NOT_LOCKED || performance.now() > until) throw error;
      await sleep(PAUSE_MS);
    }
  }
}

async function attempt(client: pg.Client, step: number, { sql, additive }: Migration): Promise<void> {
  await client.query(`BEGIN; SET LOCAL lock_timeout = ${LOCK_MS}`);
  try {
    await client.query(sql);
    await client.query('INSERT INTO pickwell.migrations (step, digest, additive) VALUES ($1, $2, $3)', [
      step,
      sha256(sql),
      additive,
    ]);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}
