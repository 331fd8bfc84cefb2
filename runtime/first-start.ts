import { randomBytes } from 'node:crypto';
import type { Scope } from '../core/contracts/keys.ts';
import { SCOPES } from '../core/contracts/keys.ts';
import type { Store } from '../core/contracts/store.ts';
import { mintKey, storedKey } from './keys.ts';
import { SAMPLE } from './programmes/sample.ts';
import type { Programmes } from './programmes/service.ts';

/** A key somebody can copy now and never again. */
export interface FreshKey {
  scope: Scope;
  key: string;
}

/** Seed of all draws of this installation: made once, kept for ever. */
export const installationSeed = (store: Store): Promise<string> =>
  store.meta('seed', randomBytes(16).toString('hex'));

/**
 * On an empty data folder: one key for each scope, and a sample programme that is live. Returns the keys, which are
 * nowhere else; empty on every later start.
 */
export async function prepare(
  store: Store,
  programmes: Programmes,
  { adminKey, now }: { adminKey: string | undefined; now: number },
): Promise<FreshKey[]> {
  if ((await store.keys()).length > 0) return [];
  const fresh: FreshKey[] = [];
  for (const scope of SCOPES) {
    const { key, stored } =
      scope === 'admin' && adminKey !== undefined
        ? { key: adminKey, stored: storedKey(adminKey, ['admin'], now) }
        : mintKey([scope], now);
    await store.saveKey(stored);
    // a key that was given is known already, and an unattended start prints into a log
    if (key !== adminKey) fresh.push({ scope, key });
  }
  await programmes.save(SAMPLE, 0);
  for (const { id } of SAMPLE.variants) await programmes.judge(SAMPLE.id, id, 'approved', 'installation');
  return fresh;
}
