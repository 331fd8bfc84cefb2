import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openSqliteStore } from '../../runtime/store/sqlite/sqlite-store.ts';
import { Clients, decide } from '../support/answers.ts';
import { folder } from '../support/folders.ts';
import { freePort, start, untilReady } from '../support/process.ts';

const ADMIN = 'pk_admin_for_the_backup_test';

interface Server {
  base: string;
  environment: Record<string, string>;
  started: ReturnType<typeof start>;
}

async function serve(data: string): Promise<Server> {
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const environment = {
    ...{ PICKWELL_DATA: data, PICKWELL_PORT: String(port) },
    ...{ PICKWELL_ADMIN_KEY: ADMIN, PICKWELL_LOG: 'error' },
  };
  const started = start(environment);
  onTestFinished(() => void started.child.kill('SIGKILL'));
  await untilReady(base, started);
  return { base, environment, started };
}

test(
  'D10: a backup made under load has everything that was answered before it began, and can be started on',
  { timeout: 90_000 },
  async () => {
    const [data, elsewhere, restored] = [await folder(), await folder(), await folder()];
    const { base, environment, started } = await serve(data);
    const clients = new Clients(base, ADMIN, 16);
    while (clients.told.length < 500) await new Promise((resolve) => setTimeout(resolve, 50));
    const before = [...clients.told];
    const file = join(elsewhere, 'monday.db');
    const backup = start(environment, ['backup', '--to', file]);
    expect(await backup.exit).toBe(0);
    expect(backup.output()).toContain('The ledger verifies');
    // it went on answering in the meantime, and still does
    expect(clients.told.length).toBeGreaterThan(before.length);
    await clients.stop();
    expect(clients.failures).toEqual([]);

    const again = start(environment, ['backup', '--to', file]);
    expect(await again.exit).toBe(1);
    expect(again.output()).toContain('exists already');
    started.child.kill('SIGTERM');
    expect(await started.exit).toBe(0);

    copyFileSync(file, join(restored, 'pickwell.db'));
    const store = await openSqliteStore(restored);
    expect((await store.counts()).decisions).toBeGreaterThanOrEqual(before.length);
    await store.close();
    const second = await serve(restored);
    for (const { user, body } of before.slice(-200)) {
      expect(await decide(second.base, ADMIN, user)).toEqual({ status: 200, body });
    }
    const headers = { authorization: `Bearer ${ADMIN}` };
    const verified = await fetch(`${second.base}/v1/ledger/verify`, { headers });
    expect(await verified.json()).toMatchObject({ ok: true });
    second.started.child.kill('SIGTERM');
    expect(await second.started.exit).toBe(0);
  },
);

test('says what to do where there is nothing to copy, or where the data is in PostgreSQL', async () => {
  const data = await folder();
  const nothing = start({ PICKWELL_DATA: data }, ['backup', '--to', join(data, 'x.db')]);
  expect(await nothing.exit).toBe(1);
  expect(nothing.output()).toContain('no pickwell.db');
  const url = 'postgresql://u:secret@localhost/p';
  const elsewhere = start({ PICKWELL_DATA: data, DATABASE_URL: url }, ['backup', '--to', 'x.db']);
  expect(await elsewhere.exit).toBe(1);
  expect(elsewhere.output()).toContain('pg_dump');
  expect(elsewhere.output()).not.toContain('secret');
});
