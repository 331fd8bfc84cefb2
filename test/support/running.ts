import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Store } from '../../core/contracts/store.ts';
import type { Scope } from '../../core/contracts/keys.ts';
import type { Pickwell } from '../../runtime/assemble.ts';
import { assemble } from '../../runtime/assemble.ts';
import type { Folder } from '../../runtime/engine/folder.ts';
import type { LocalRoom } from '../../runtime/engine/room.ts';
import { openRoom } from '../../runtime/engine/room.ts';
import { configuredDestinations, routeTo } from '../../runtime/integrations.ts';
import { makeLogger } from '../../runtime/logging.ts';
import type { ProgrammeInput } from '../../runtime/programmes/schema.ts';
import type { Settings } from '../../runtime/settings.ts';
import { openMemoryStore } from '../../runtime/store/memory-store.ts';
import { openSqliteStore } from '../../runtime/store/sqlite/sqlite-store.ts';

/** A Pickwell on a free port of loopback, with its keys and what it logged. */
export interface Running {
  pickwell: Pickwell;
  folder: Folder;
  base: string;
  log: string[];
  key(scope: Scope): string;
  /** Calls it with a key of the scope. */
  call(scope: Scope, path: string, init?: RequestInit): Promise<Response>;
  /** Takes the store away, as a worker that died would. */
  breakStore(): Promise<void>;
  stop(): Promise<void>;
}

export function scratchFolder(): { folder: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'pickwell-test-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Starts one; on SQLite in a scratch folder unless a store is given. */
export async function run(
  integrations: Settings['integrations'] = {},
  store?: Store,
  more: Partial<Settings> = {},
): Promise<Running> {
  const { folder, remove } = scratchFolder();
  const log: string[] = [];
  const settings: Settings = { host: '127.0.0.1', port: 0, data: folder, log: 'info', integrations, ...more };
  const used = store ?? (await openSqliteStore(folder));
  const route = routeTo(configuredDestinations(settings));
  let room!: LocalRoom;
  const pickwell = await assemble({
    settings,
    room: async (observer) => (room = await openRoom({ store: used, route, now: Date.now }, observer)),
    logger: makeLogger('info', { write: (line) => log.push(line) }),
    version: 'test',
  });
  const base = await pickwell.listen();
  const key = (scope: Scope): string => pickwell.freshKeys.find((fresh) => fresh.scope === scope)?.key ?? '';
  return {
    pickwell,
    folder: room.folder,
    base,
    log,
    key,
    call: (scope, path, init = {}) =>
      fetch(`${base}${path}`, {
        ...init,
        headers: { authorization: `Bearer ${key(scope)}`, ...init.headers },
      }),
    breakStore: () => used.close(),
    stop: async () => {
      await pickwell.stop();
      remove();
    },
  };
}

export const runInMemory = (integrations: Settings['integrations'] = {}): Promise<Running> =>
  run(integrations, openMemoryStore());

/** Saves a programme that is not there yet, and approves all of it. */
export async function publish(running: Running, own: ProgrammeInput): Promise<void> {
  const path = `/v1/programmes/${own.id}`;
  const init = { method: 'PUT', headers: { 'if-match': '0' }, body: JSON.stringify(own) };
  const saved = await running.call('admin', path, init);
  if (!saved.ok) throw new Error(await saved.text());
  for (const { id } of own.variants)
    await running.call('admin', `${path}/variants/${id}/approve`, { method: 'POST' });
}
