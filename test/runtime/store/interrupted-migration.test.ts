import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { migrate } from '../../../runtime/store/postgres/migrate.ts';
import type { Migration } from '../../../runtime/store/postgres/migrations.ts';
import { MIGRATIONS as POSTGRES } from '../../../runtime/store/postgres/migrations.ts';
import { Database } from '../../../runtime/store/sqlite/database.ts';
import { MIGRATIONS as SQLITE } from '../../../runtime/store/sqlite/migrations.ts';
import { folder } from '../../support/folders.ts';
import { postgresServer } from '../../support/postgres.ts';

const CHILD = new URL('../../support/interrupted-migration.ts', import.meta.url).pathname;
const server = await postgresServer();

/** Starts the child, waits until `stuck`, kills it. */
async function killed(args: readonly string[], stuck: () => Promise<boolean>): Promise<void> {
  const child = spawn(process.execPath, [CHILD, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exit = new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ?? code)));
  while (!output.includes('began')) await sleep(20);
  while (!(await stuck())) await sleep(20);
  child.kill('SIGKILL');
  expect(await exit).toBe('SIGKILL');
  expect(output).not.toContain('finished');
}

/** Each way of cutting a step in two, between its statements, with what never ends in between. */
function cuts(statements: readonly string[], endless: string): string[] {
  return Array.from({ length: statements.length + 1 }, (_, k) =>
    [...statements.slice(0, k), endless, ...statements.slice(k)].join(';\n'),
  );
}

const statementsOf = (sql: string): string[] =>
  sql
    .replace(/--.*$/gm, '')
    .split(';')
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');

/** A second step as a release might have one: it adds, fills, indexes and drops. */
const SECOND = {
  sqlite: [
    'ALTER TABLE persons ADD COLUMN segment TEXT',
    `UPDATE persons SET segment = 'all'`,
    'CREATE INDEX persons_by_segment ON persons (segment)',
    'DROP INDEX outbox_by_person',
  ],
  postgres: [
    'ALTER TABLE pickwell.persons ADD COLUMN segment text',
    `UPDATE pickwell.persons SET segment = 'all'`,
    'CREATE INDEX persons_by_segment ON pickwell.persons (segment)',
    'DROP INDEX pickwell.outbox_by_person',
  ],
};

/** A file that is written to all the time while this runs would grow without end; this only counts. */
const ENDLESS = `CREATE TABLE endless AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
  SELECT max(i) AS i FROM n WHERE i < 0`;

interface Schema {
  version: number;
  objects: unknown[];
  persons: unknown[];
}

function schemaOf(file: string): Schema {
  const db = new DatabaseSync(file);
  try {
    const { user_version: version } = db.prepare('PRAGMA user_version').get() as { user_version: number };
    const objects = db.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY name').all();
    const persons = version === 0 ? [] : db.prepare('SELECT * FROM persons').all();
    expect(db.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
    return { version, objects: [...objects], persons: [...persons] };
  } finally {
    db.close();
  }
}

/** Whether somebody else is in a transaction that writes. */
function locked(file: string): boolean {
  const db = new DatabaseSync(file, { timeout: 0 });
  try {
    db.exec('BEGIN IMMEDIATE; ROLLBACK');
    return false;
  } catch (error) {
    return (error as { errcode?: number }).errcode === 5;
  } finally {
    db.close();
  }
}

describe('D11: a change of the schema in SQLite, killed', () => {
  const first = statementsOf(SQLITE[0] as string);
  const second = SECOND.sqlite.join(';\n');
  const seeded = (file: string): void => {
    const db = new Database(file, [first.join(';\n')]);
    db.run(`INSERT INTO persons (id, p, root, profile) VALUES ('p', 1, 'p', '{}')`);
    db.close();
  };
  const at = async (prepare: (file: string) => void): Promise<string> => {
    const file = join(await folder(), 'pickwell.db');
    prepare(file);
    return file;
  };
  const finished = (file: string): Schema => {
    new Database(file, [first.join(';\n'), second]).close();
    return schemaOf(file);
  };
  // every third place of the first step, which has some thirty, and every place of the second
  const places = [
    ...cuts(first, ENDLESS).flatMap((cut, k) => (k % 3 === 0 ? [{ step: 1, k, steps: [cut, second] }] : [])),
    ...cuts(SECOND.sqlite, ENDLESS).map((cut, k) => ({ step: 2, k, steps: [first.join(';\n'), cut] })),
  ];

  it.each(places)(
    'in step $step after $k statements: the old schema, then the new',
    async ({ step, steps }) => {
      const prepare = step === 1 ? (file: string) => new DatabaseSync(file).close() : seeded;
      const [file, reference] = [await at(prepare), await at(prepare)];
      const old = schemaOf(reference);
      // in its transaction already; the few statements before the endless one take a few ms
      await killed(['sqlite', file, JSON.stringify(steps)], () => sleep(50).then(() => locked(file)));
      expect(schemaOf(file)).toEqual(old);
      expect(finished(file)).toEqual(finished(reference));
    },
  );
});

const SLEEP = 'SELECT pg_sleep(0.8)';

describe.skipIf(server === undefined)('D11: a change of the schema in PostgreSQL, killed', () => {
  const first = statementsOf(POSTGRES[0]!.sql);
  const step = (sql: string): Migration => ({ sql, additive: false });
  const whole = [step(first.join(';\n')), step(SECOND.postgres.join(';\n'))];

  async function connected(url: string): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    onTestFinished(() => client.end());
    return client;
  }

  const described = async (client: pg.Client): Promise<unknown> => {
    const { rows } =
      await client.query(`SELECT table_name, column_name, data_type FROM information_schema.columns
      WHERE table_schema = 'pickwell' UNION ALL
      SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'pickwell' ORDER BY 1, 2, 3`);
    const applied = rows.some((row: { table_name: string }) => row.table_name === 'migrations')
      ? (await client.query('SELECT step, digest FROM pickwell.migrations ORDER BY step')).rows
      : [];
    return { rows, applied };
  };

  async function fromNothing(): Promise<unknown> {
    const client = await connected(await server!.database());
    await client.query('DROP SCHEMA pickwell CASCADE');
    await migrate(client, whole);
    return described(client);
  }

  /** The same for every place. */
  let reference: Promise<unknown> | undefined;

  const places = [
    ...cuts(first, SLEEP).flatMap((cut, k) =>
      k % 33 === 0 || k === first.length ? [{ number: 1, k, steps: [step(cut), whole[1]!] }] : [],
    ),
    ...cuts(SECOND.postgres, SLEEP).map((cut, k) => ({ number: 2, k, steps: [whole[0]!, step(cut)] })),
  ];

  it.each(places)('in step $number after $k statements: the old schema, then the new', async (place) => {
    const url = await server!.database();
    const client = await connected(url);
    await client.query('DROP SCHEMA pickwell CASCADE');
    if (place.number === 1) await migrate(client, []);
    else await migrate(client, [whole[0]!]);
    const old = await described(client);
    const inside = async (): Promise<boolean> => {
      const found = await client.query(
        `SELECT 1 FROM pg_stat_activity WHERE datname = $1 AND application_name = 'interrupted' AND wait_event = 'PgSleep'`,
        [new URL(url).pathname.slice(1)],
      );
      return found.rowCount === 1;
    };
    await killed(['postgres', url, JSON.stringify(place.steps)], inside);
    expect(await described(client)).toEqual(old);
    // waits for what the dead process had begun to be rolled back
    await migrate(client, whole);
    expect(await described(client)).toEqual(await (reference ??= fromNothing()));
  });
});
