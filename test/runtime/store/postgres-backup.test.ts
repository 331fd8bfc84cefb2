import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { expect, it } from 'vitest';
import type { DomainEvent } from '../../../core/domain/event.ts';
import { hash32 } from '../../../core/maths/murmur3.ts';
import { openPostgresStore } from '../../../runtime/store/postgres/postgres-store.ts';
import { verifyLedger } from '../../../runtime/store/verify-ledger.ts';
import { engineRig } from '../../support/engine-rig.ts';
import { folder } from '../../support/folders.ts';
import { opened } from '../../support/opened.ts';
import { postgresServer, required } from '../../support/postgres.ts';
import { NOON } from '../../support/programmes.ts';
import { deliverMessily, eventsOf, makeDecisions, traffic } from '../../support/traffic.ts';
import { everythingIn } from '../../support/two-sides.ts';
import { schemaBefore, WriterBefore } from '../../support/version-before.ts';

const server = await postgresServer();
const run = promisify(execFile);

async function query<Row extends object>(url: string, text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

const major = (text: string): number => Number(/\d+/.exec(text)?.[0] ?? 0);

/** Whether pg_dump is here and knows a server of this version; says so when not, and throws where it has to be. */
async function canDump(url: string): Promise<boolean> {
  const [row] = await query<{ server_version: string }>(url, 'SHOW server_version');
  const found = await run('pg_dump', ['--version']).catch(() => ({ stdout: '' }));
  if (major(found.stdout) >= major(row!.server_version)) return true;
  const missing = `pg_dump and pg_restore for PostgreSQL ${row!.server_version} are not installed.`;
  if (required()) throw new Error(missing);
  console.warn(`SKIPPED: ${missing}`);
  return false;
}

/** As docs/backup.md says. */
const dump = async (url: string, file: string): Promise<unknown> =>
  run('pg_dump', ['--format=custom', '--schema=pickwell', `--file=${file}`, url]);

async function restore(file: string, url: string): Promise<void> {
  await query(url, 'DROP SCHEMA pickwell CASCADE');
  await run('pg_restore', ['--exit-on-error', '--no-owner', `--dbname=${url}`, file]);
}

it.skipIf(server === undefined)(
  'D10: pg_dump while a copy decides: what was answered before is restored, verifies, and goes on',
  { timeout: 60_000 },
  async (context) => {
    const [url, target] = [await server!.database(), await server!.database()];
    context.skip(!(await canDump(url)));
    const world = traffic(17, ['welcome'], 12);
    const rig = await engineRig({ store: await opened(() => openPostgresStore({ url })) });
    const decisions = await makeDecisions(rig, world.asks);
    await deliverMessily(rig, eventsOf(world, decisions), 17);

    const file = join(await folder(), 'pickwell.dump');
    // the lease is in the dump too: whoever starts on it would wait until it ends
    await rig.folder.stop();
    let dumping = true;
    const dumped = dump(url, file).finally(() => (dumping = false));
    let during = 0;
    while (dumping) await rig.decide({ userId: `busy ${during++}` }, { send: 's' });
    await dumped;
    expect(during).toBeGreaterThan(5);
    await restore(file, target);

    const store = await opened(() => openPostgresStore({ url: target }));
    expect(await verifyLedger(store)).toMatchObject({ ok: true });
    const restored = await engineRig({ store, minted: 10_000 });
    expect(JSON.stringify(await makeDecisions(restored, world.asks))).toBe(JSON.stringify(decisions));
    await restored.decide({ userId: 'somebody new' });
    // the lease of the copy that was folding came along, and ends by itself
    const folded = async (): Promise<boolean> => {
      await restored.folder.catchUp();
      return (await store.position()) === (await store.counts()).ledger;
    };
    await expect.poll(folded, { timeout: 20_000 }).toBe(true);
  },
);

it.skipIf(server === undefined)('a dump of a quiet database is that database', async (context) => {
  const [url, target] = [await server!.database(), await server!.database()];
  context.skip(!(await canDump(url)));
  const store = await opened(() => openPostgresStore({ url }));
  const world = traffic(18, ['welcome'], 8);
  const rig = await engineRig({ store, route: () => ['segment'] });
  await deliverMessily(rig, eventsOf(world, await makeDecisions(rig, world.asks)), 18);
  const file = join(await folder(), 'pickwell.dump');
  await dump(url, file);
  await restore(file, target);
  const restored = await opened(() => openPostgresStore({ url: target }));
  expect(await everythingIn(restored)).toEqual(await everythingIn(store));
});

it.skipIf(server === undefined)(
  'a dump from the middle of an upgrade: whoever left is found out after it was restored',
  async (context) => {
    const [url, target] = [await server!.database(), await server!.database()];
    context.skip(!(await canDump(url)));
    await schemaBefore(url);
    const leaves = (userId: string): DomainEvent => {
      const event = { source: 's', id: `${userId} leaves`, at: NOON, person: { userId } };
      return { ...event, type: 'subscription', channel: 'email', state: 'unsubscribed' };
    };
    const before = new WriterBefore(url);
    await before.ingest([leaves('long ago')]);
    await (await openPostgresStore({ url })).close();
    await before.ingest([leaves('during')]);
    await before.close();
    const file = join(await folder(), 'pickwell.dump');
    await dump(url, file);
    await restore(file, target);
    const still = new WriterBefore(target);
    await still.ingest([leaves('after')]);
    await still.close();
    const restored = await opened(() => openPostgresStore({ url: target }));
    const ids = (await restored.closed(0, 9)).map(({ id }) => id);
    expect(ids.sort()).toEqual(['long ago', 'during', 'after'].map((id) => hash32(`user:${id}`)).sort());
  },
);
