import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openPool } from '../../../runtime/store/postgres/connection.ts';
import { Database } from '../../../runtime/store/postgres/database.ts';
import { openPostgresStore } from '../../../runtime/store/postgres/postgres-store.ts';
import { call } from '../../../runtime/store/postgres/session.ts';
import { ownPostgres } from '../../support/own-postgres.ts';

const NOTE = { name: 'note', text: 'INSERT INTO pickwell.meta (name, value) VALUES ($1, $2)' };

/** Commits transactions of somebody else until one was called `xid`. */
async function takeNumber(url: string, xid: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const text = `INSERT INTO pickwell.meta (name, value) VALUES ('other ' || pg_current_xact_id()::text, '')
    RETURNING pg_current_xact_id()::text AS xid`;
  let taken: bigint;
  do taken = BigInt((await client.query<{ xid: string }>(text)).rows[0]!.xid);
  while (taken < BigInt(xid));
  await client.end();
  expect(taken).toBe(BigInt(xid));
}

describe('a server that crashes', () => {
  it('and calls another transaction by the number of a lost one does not pass for having written it', async () => {
    const server = await ownPostgres();
    onTestFinished(() => server.remove());
    const url = server.url();
    await (await openPostgresStore({ url })).close();
    const pool = openPool({ url, connections: 1 });
    const db = new Database(pool, { retryMs: 20_000 });
    let runs = 0;
    await db.transaction(async (session) => {
      await session.ask();
      if (++runs === 1) {
        await server.kill();
        await server.start();
        await takeNumber(url, session.xid!);
      }
      return { calls: [call(NOTE, 'written', String(runs))], value: undefined };
    });
    expect(
      await db.rows({ name: 'notes', text: `SELECT value FROM pickwell.meta WHERE name = 'written'` }),
    ).toEqual([{ value: '2' }]);
    await pool.end();
  });
});
