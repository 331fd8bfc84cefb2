import type { Scope } from '../core/contracts/keys.ts';
import { SCOPES } from '../core/contracts/keys.ts';
import type { KeyStore } from '../core/contracts/store.ts';
import { mintKey, storedKey } from './keys.ts';
import { Problem } from './http/problem.ts';
import { SAMPLE } from './programmes/sample.ts';
import type { Programmes } from './programmes/service.ts';

/** A key somebody can copy now and never again. */
export interface FreshKey {
  scope: Scope;
  key: string;
}

/**
 * On an empty data folder: one key for each scope, and a sample programme that is live. Returns the keys, which are
 * nowhere else; empty on every later start.
 */
export async function prepare(
  store: KeyStore,
  programmes: Programmes,
  { adminKey, now }: { adminKey: string | undefined; now: number },
): Promise<FreshKey[]> {
  if ((await store.keys()).length > 0) return [];
  const fresh: FreshKey[] = [];
  // a key that was given comes first: whoever finds any key finds that one
  for (const scope of [...SCOPES].sort((a, b) => Number(b === 'admin') - Number(a === 'admin'))) {
    const { key, stored } =
      scope === 'admin' && adminKey !== undefined
        ? { key: adminKey, stored: storedKey(adminKey, ['admin'], now) }
        : mintKey([scope], now);
    await store.saveKey(stored);
    // a key that was given is known already, and an unattended start prints into a log
    if (key !== adminKey) fresh.push({ scope, key });
  }
  await saveSample(programmes);
  return fresh.sort((a, b) => SCOPES.indexOf(a.scope) - SCOPES.indexOf(b.scope));
}

/** Copies that start together on an empty database find each other's sample: one of them is enough. */
async function saveSample(programmes: Programmes): Promise<void> {
  try {
    await programmes.save(SAMPLE, 0);
    for (const { id } of SAMPLE.variants) await programmes.judge(SAMPLE.id, id, 'approved', 'installation');
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 409) throw error;
    await programmes.load();
  }
}
