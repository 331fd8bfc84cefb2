import type { Store } from '../../core/contracts/store.ts';
import type { Settings } from '../settings.ts';
import { openMemoryStore } from './memory-store.ts';
import { refuseUnfinished } from './postgres/import.ts';
import { openPostgresStore } from './postgres/postgres-store.ts';
import { openSqliteStore } from './sqlite/sqlite-store.ts';

/** Which store, as plain data. */
export type StoreChoice =
  { kind: 'sqlite'; folder: string } | { kind: 'postgres'; url: string } | { kind: 'memory' };

/** The store somebody configured. */
export const storeChoice = ({ database, data }: Pick<Settings, 'database' | 'data'>): StoreChoice =>
  database === undefined ? { kind: 'sqlite', folder: data } : { kind: 'postgres', url: database };

/**
 * `warn` is told of what an operator should mend.
 * @throws SettingsError when what is there is a copy that was never finished; Fault `unavailable`.
 */
export async function openStore(choice: StoreChoice, warn?: (message: string) => void): Promise<Store> {
  switch (choice.kind) {
    case 'sqlite':
      return openSqliteStore(choice.folder);
    case 'postgres':
      await refuseUnfinished(choice.url);
      return openPostgresStore({ url: choice.url, databaseClock: true, warn });
    case 'memory':
      return openMemoryStore();
  }
}
