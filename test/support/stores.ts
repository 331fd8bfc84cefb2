import type { Store } from '../../core/contracts/store.ts';
import { openMemoryStore } from '../../runtime/store/memory-store.ts';
import { openSqliteStore } from '../../runtime/store/sqlite/sqlite-store.ts';
import { folder } from './folders.ts';
import { opened } from './opened.ts';
import { postgresServer } from './postgres.ts';

type Stores = [where: string, open: () => Promise<Store>][];

/** Empty stores that this machine alone can have. */
export const LOCAL_STORES: Stores = [
  ['in memory', () => Promise.resolve(openMemoryStore())],
  ['in SQLite', () => opened(async () => openSqliteStore(await folder()))],
];

/** The same, and PostgreSQL where there is a server. */
export async function allStores(): Promise<Stores> {
  const server = await postgresServer();
  return server ? [...LOCAL_STORES, ['in PostgreSQL', () => opened(() => server.store())]] : LOCAL_STORES;
}
