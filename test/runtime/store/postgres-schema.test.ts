import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { clientConfig } from '../../../runtime/store/postgres/connection.ts';
import { migrate } from '../../../runtime/store/postgres/migrate.ts';
import type { Migration } from '../../../runtime/store/postgres/migrations.ts';
import { MIGRATIONS } from '../../../runtime/store/postgres/migrations.ts';
import { openPostgresStore } from '../../../runtime/store/postgres/postgres-store.ts';
import { opened } from '../../support/opened.ts';
import { postgresServer } from '../../support/postgres.ts';
import { NOON } from '../../support/programmes.ts';
import { copiesOf } from '../../support/store-copies.ts';
import { schemaBefore, WriterBefore } from '../../support/version-before.ts';
import { untilWaiting } from '../../support/waiting.ts';

const KNOWN = MIGRATIONS.length;

const server = await postgresServer();

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client(clientConfig({ url }));
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

async function emptied(): Promise<string> {
  const url = await server!.database();
  await (await connected(url)).query('DROP SCHEMA pickwell CASCADE');
  return url;
}

const next = (additive: boolean): Migration => ({ sql: 'CREATE TABLE pickwell.extra (n integer)', additive });
const after = (additive: boolean): Migration => ({ sql: 'CREATE TABLE pickwell.more (n integer)', additive });

describe.skipIf(server === undefined)('the schema in PostgreSQL', () => {
  it('is made once by copies that start together', async () => {
    const stores = await copiesOf(await emptied(), 1);
    const url = await emptied();
    const together = await Promise.all(
      Array.from({ length: 6 }, () => openPostgresStore({ url, connections: 1 })),
    );
    const seeds = await Promise.all(together.map((store, i) => store.meta('seed', `s${i}`)));
    expect(new Set(seeds).size).toBe(1);
    await Promise.all(together.map((store) => store.close()));
    expect(await stores[0]!.counts()).toMatchObject({ persons: 0 });
  });

  it('lets a copy work on the step after its own when that only adds, and no further', async () => {
    const url = await emptied();
    const client = await connected(url);
    await migrate(client, [...MIGRATIONS, next(true)]);
    await migrate(client, MIGRATIONS);
    await migrate(client, [...MIGRATIONS, next(true), after(true)]);
    await expect(openPostgresStore({ url })).rejects.toThrow(
      `is of schema ${KNOWN + 2}, this Pickwell knows ${KNOWN}: upgrade`,
    );
  });

  it('refuses a copy that is older than a step that changes what it uses', async () => {
    const url = await emptied();
    await migrate(await connected(url), [...MIGRATIONS, next(false)]);
    await expect(openPostgresStore({ url })).rejects.toThrow(
      `is of schema ${KNOWN + 1}, this Pickwell knows ${KNOWN}: upgrade`,
    );
  });

  it('refuses a database whose steps are not the ones it knows', async () => {
    const url = await server!.database();
    await (await connected(url)).query(`UPDATE pickwell.migrations SET digest = 'another'`);
    await expect(openPostgresStore({ url })).rejects.toThrow(
      /Step 1 of the database's schema is not the one/,
    );
  });

  it('leaves nothing behind of a step that fails', async () => {
    const client = await connected(await emptied());
    const broken = { sql: 'CREATE TABLE pickwell.half (n integer); SELECT 1 / 0', additive: true };
    await expect(migrate(client, [...MIGRATIONS, broken])).rejects.toThrow('division by zero');
    const { rows } = await client.query(`SELECT to_regclass('pickwell.half') AS half, count(*)::int AS steps
      FROM pickwell.migrations`);
    expect(rows).toEqual([{ half: null, steps: KNOWN }]);
    await client.query('SELECT pg_advisory_unlock_all()');
    await migrate(client, MIGRATIONS);
  });

  it('does not hold up what copies of the version before write, however long a new one waits to change it', async () => {
    const url = await server!.database();
    await schemaBefore(url);
    const writer = new WriterBefore(url);
    onTestFinished(() => writer.close());
    const told = (id: string) => ({ source: 's', id, at: NOON, person: { userId: id } });
    await writer.ingest([{ ...told('slow'), type: 'identify', traits: {} }]);
    const client = await connected(url);
    await client.query('BEGIN; UPDATE pickwell.persons SET p = p');
    const opening = openPostgresStore({ url });
    await untilWaiting(client, 1);
    for (let i = 0; i < 3; i++) await writer.ingest([{ ...told(`quick ${i}`), type: 'delete' }]);
    await client.query('COMMIT');
    const store = await opened(() => opening);
    expect(await store.closed(0, 99)).toHaveLength(3);
  });
});
