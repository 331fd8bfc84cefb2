import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import { refold } from '../../chaos/refold.ts';
import type { Store } from '../../core/contracts/store.ts';
import { openPostgresStore } from '../../runtime/store/postgres/postgres-store.ts';
import { openSqliteStore } from '../../runtime/store/sqlite/sqlite-store.ts';
import { opened } from '../support/opened.ts';
import { postgresServer } from '../support/postgres.ts';
import type { StartedProcess } from '../support/process.ts';
import { freePort, start, untilReady } from '../support/process.ts';
import { scratchFolder } from '../support/running.ts';

const ADMIN = 'pk_admin_for_the_fail_points';
const headers = { authorization: `Bearer ${ADMIN}` };

interface Life {
  decide(user: string): Promise<string>;
  /** Events are acknowledged when it resolves. */
  tell(...ids: string[]): Promise<void>;
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the program in a folder again and again. */
async function lives(folder: string, more: Record<string, string> = {}): Promise<() => Promise<Life>> {
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  return async () => {
    const own = { PICKWELL_DATA: folder, PICKWELL_PORT: String(port), PICKWELL_ADMIN_KEY: ADMIN };
    const started: StartedProcess = start({ ...own, PICKWELL_LOG: 'error', ...more });
    onTestFinished(() => void started.child.kill('SIGKILL'));
    await untilReady(base, started, 120_000);
    const call = async (path: string, init: RequestInit = {}): Promise<unknown> => {
      const response = await fetch(base + path, { headers, ...init });
      expect(response.status).toBe(200);
      return response.json();
    };
    const end = async (signal: NodeJS.Signals): Promise<void> => {
      started.child.kill(signal);
      await started.exit;
    };
    return {
      async decide(user) {
        const answer = await call(`/v1/decide?programme=welcome&user=${user}&send=s`);
        return (answer as { decision_id: string }).decision_id;
      },
      async tell(...ids) {
        const person = { userId: 'u0' };
        const events = ids.map((id) => ({ id, type: 'signal', person, name: 'Order Completed' }));
        await call('/v1/events', { method: 'POST', body: JSON.stringify({ events }) });
      },
      kill: () => end('SIGKILL'),
      stop: () => end('SIGTERM'),
    };
  };
}

/** What was learned is what a fold from nothing learns, and it is something. */
async function learnedOnce(store: Store): Promise<void> {
  const rows = await store.ledger(1, 1_000_000);
  await expect.poll(() => store.position(), { timeout: 30_000 }).toBe(rows.at(-1)!.seq);
  const { kept, anew } = await refold(store, [...new Set(rows.flatMap(({ person }) => person ?? []))]);
  expect(kept).toBe(anew);
  expect(kept).toContain('welcome');
}

const EVENTS = ['e1', 'e2', 'e3'];

test(
  'D3: killed between the append and the fold, and between a delivery and the note of it: learned once, delivered again under the same id',
  { timeout: 300_000 },
  async () => {
    const { folder, remove } = scratchFolder();
    onTestFinished(remove);
    const arrived: string[] = [];
    // takes what it is sent and says nothing, until the process that sent it was killed
    let silent = true;
    const segment = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('error', () => undefined);
      request.on('end', () => {
        const { batch } = JSON.parse(Buffer.concat(chunks).toString()) as { batch: { messageId: string }[] };
        arrived.push(...batch.map(({ messageId }) => messageId));
        if (!silent) response.end('{"success":true}');
      });
    });
    await new Promise<void>((resolve) => segment.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void segment.close().closeAllConnections());
    const host = `http://127.0.0.1:${(segment.address() as AddressInfo).port}`;
    const integrations = { segment: { writeKey: 'w', host } };
    writeFileSync(join(folder, 'pickwell.json'), JSON.stringify({ integrations }));
    const live = await lives(folder);

    const first = await live();
    const id = await first.decide('u0');
    await expect.poll(() => arrived, { timeout: 30_000 }).toContain(id);
    await first.tell(...EVENTS);
    await first.kill();

    silent = false;
    const second = await live();
    await expect.poll(() => arrived.filter((own) => own === id), { timeout: 30_000 }).toEqual([id, id]);
    await second.tell(...EVENTS);
    await second.stop();
    const store = await opened(() => openSqliteStore(folder));
    await learnedOnce(store);
    expect((await store.counts()).events).toBe(EVENTS.length);
  },
);

const server = await postgresServer();

/** Holds up whoever writes the snapshot of a fold, with all else of it written. */
async function blockSnapshots(
  url: string,
): Promise<{ reached(): Promise<boolean>; release(): Promise<void> }> {
  const [blocker, observer] = [new pg.Client(url), new pg.Client(url)];
  for (const client of [blocker, observer]) {
    await client.connect();
    onTestFinished(() => client.end());
  }
  await blocker.query('BEGIN; LOCK TABLE pickwell.model_versions IN EXCLUSIVE MODE');
  const waiting = `SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'pickwell.model_versions'::regclass`;
  return {
    reached: async () => ((await observer.query(waiting)).rowCount ?? 0) > 0,
    release: async () => void (await blocker.query('ROLLBACK')),
  };
}

describe.skipIf(server === undefined)('on PostgreSQL', () => {
  test(
    'D3: killed between the fold and its snapshot: all of the fold is there, or nothing',
    { timeout: 300_000 },
    async () => {
      const { folder, remove } = scratchFolder();
      onTestFinished(remove);
      const url = await server!.database();
      const live = await lives(folder, { DATABASE_URL: url });
      const first = await live();
      const snapshots = await blockSnapshots(url);
      await first.decide('u0');
      await first.tell(...EVENTS);
      await expect.poll(() => snapshots.reached(), { timeout: 60_000 }).toBe(true);
      await first.kill();
      await snapshots.release();

      const second = await live();
      await second.tell('e4', ...EVENTS);
      const store = await opened(() => openPostgresStore({ url }));
      await learnedOnce(store);
      expect((await store.counts()).events).toBe(EVENTS.length + 1);
      await second.stop();
    },
  );
});
