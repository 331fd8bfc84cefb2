import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { freePort, start, untilReady } from '../support/process.ts';
import type { StartedProcess } from '../support/process.ts';
import { scratchFolder } from '../support/running.ts';
import { ROOT } from '../support/source-files.ts';

const docs = readFileSync(join(ROOT, 'docs/running.md'), 'utf8');
const ADMIN = 'pk_admin_for_this_test';

test('every variable that is read stands in the table of settings', () => {
  const settings = readFileSync(join(ROOT, 'runtime/settings.ts'), 'utf8');
  const read = [...settings.matchAll(/environment\.([A-Z_]+)/g)].map(([, name]) => name);
  const table = [...docs.matchAll(/^\| `([A-Z_]+)`/gm)].map(([, name]) => name);
  expect(table).toEqual(expect.arrayContaining(read));
  expect(table.filter((name) => !read.includes(name) && name !== 'DATABASE_URL')).toEqual([]);
});

async function serve(data: string): Promise<{ base: string; started: StartedProcess }> {
  const port = String(await freePort());
  const started = start({
    PICKWELL_DATA: data,
    PICKWELL_PORT: port,
    PICKWELL_ADMIN_KEY: ADMIN,
    PICKWELL_LOG: 'error',
  });
  const base = `http://127.0.0.1:${port}`;
  await untilReady(base, started);
  return { base, started };
}

async function stop(started: StartedProcess): Promise<void> {
  started.child.kill('SIGTERM');
  expect(await started.exit).toBe(0);
}

test(
  'a copy made under load as the page says restores what was answered before it',
  { timeout: 120_000 },
  async () => {
    const [live, restored] = [scratchFolder(), scratchFolder()];
    const { base, started } = await serve(live.folder);
    const decide = async (at: string, user: string): Promise<string> => {
      const url = `${at}/v1/decide?programme=welcome&user=${user}`;
      return (await fetch(url, { headers: { 'x-api-key': ADMIN } })).text();
    };
    const users = Array.from({ length: 60 }, (_, i) => `u${i}`);
    const answers = await Promise.all(users.map((user) => decide(base, user)));
    const load = Array.from({ length: 300 }, (_, i) => decide(base, `later${i}`));
    const [, statement = ''] = /^sqlite3 data\/pickwell\.db "(.*)"$/m.exec(docs) ?? [];
    const beside = new DatabaseSync(join(live.folder, 'pickwell.db'));
    beside.exec(statement.replace('backup.db', join(restored.folder, 'pickwell.db')));
    beside.close();
    await Promise.all(load);
    await stop(started);

    const again = await serve(restored.folder);
    expect(await Promise.all(users.map((user) => decide(again.base, user)))).toEqual(answers);
    const chain = await fetch(`${again.base}/v1/ledger/verify`, { headers: { 'x-api-key': ADMIN } });
    expect(chain.status).toBe(200);
    expect(await chain.json()).toMatchObject({ ok: true });
    await stop(again.started);
    for (const { remove } of [live, restored]) remove();
  },
);
