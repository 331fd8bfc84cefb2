import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openPostgresStore } from '../../../runtime/store/postgres/postgres-store.ts';
import { ownPostgres } from '../../support/own-postgres.ts';
import { postgresServer } from '../../support/postgres.ts';
import { freePort, start, untilReady } from '../../support/process.ts';
import { scratchFolder } from '../../support/running.ts';
import { copiesOf } from '../../support/store-copies.ts';
import { decision, first, put } from '../../support/store-writes.ts';

const server = await postgresServer();

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

/** Writes down how every transaction commits. */
const LISTEN = `
  CREATE TABLE public.commits_as (how text NOT NULL);
  CREATE FUNCTION public.write_down() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN INSERT INTO public.commits_as VALUES (current_setting('synchronous_commit')); RETURN NEW; END $$;
  CREATE TRIGGER write_down BEFORE INSERT ON pickwell.commits FOR EACH ROW EXECUTE FUNCTION public.write_down()`;

describe.skipIf(server === undefined)('D4: a database that commits before the log is on disk', () => {
  it.each([
    ['off', 'on'],
    ['local', 'local'],
    ['remote_apply', 'remote_apply'],
  ])('synchronous_commit = %s: a decision commits with %s', async (set, expected) => {
    const url = await server!.database();
    const client = await connected(url);
    await client.query(LISTEN);
    await client.query(`ALTER DATABASE ${new URL(url).pathname.slice(1)} SET synchronous_commit = ${set}`);
    const [store] = await copiesOf(url, 1);
    await put(store!, { decisions: [first(decision('d'))] });
    const { rows } = await client.query('SELECT DISTINCT how FROM public.commits_as');
    expect(rows).toEqual([{ how: expected }]);
  });
});

describe('a server that never flushes', () => {
  it('is told of in the log at the start, and one that does is not', { timeout: 60_000 }, async () => {
    const own = await ownPostgres();
    onTestFinished(() => own.remove());
    const said: string[] = [];
    const warn = (message: string): void => void said.push(message);
    await (await openPostgresStore({ url: own.url(), warn })).close();
    expect(said).toEqual([]);
    const client = await connected(own.url());
    await client.query('ALTER SYSTEM SET fsync = off');
    await client.query('SELECT pg_reload_conf()');
    const { folder, remove } = scratchFolder();
    onTestFinished(remove);
    const port = String(await freePort());
    const started = start({ PICKWELL_DATA: folder, PICKWELL_PORT: port, DATABASE_URL: own.url() });
    onTestFinished(() => void started.child.kill('SIGKILL'));
    await untilReady(`http://127.0.0.1:${port}`, started);
    expect(started.output()).toContain('PostgreSQL runs with fsync = off');
  });
});
