import { hash, randomBytes } from 'node:crypto';
import type { Scope } from '../core/contracts/keys.ts';
import { SCOPES } from '../core/contracts/keys.ts';
import type { StoredKey } from '../core/contracts/key-store.ts';
import type { KeyStore } from '../core/contracts/store.ts';

const digest = (key: string): string => hash('sha256', key, 'hex');

/** A new key and what is kept of it. */
export function mintKey(
  scopes: Scope[],
  now: number,
  expiresAt?: number,
): { key: string; stored: StoredKey } {
  const name = scopes.length === 1 ? scopes[0]! : 'key';
  const key = `pk_${name}_${randomBytes(24).toString('base64url')}`;
  return { key, stored: storedKey(key, scopes, now, expiresAt) };
}

/** What is kept of a key somebody else made. */
export function storedKey(key: string, scopes: Scope[], createdAt: number, expiresAt?: number): StoredKey {
  return { id: digest(key).slice(0, 12), scopes, hash: digest(key), createdAt, expiresAt };
}

export function usable(key: StoredKey, now: number): boolean {
  return key.revokedAt === undefined && (key.expiresAt === undefined || now < key.expiresAt);
}

/**
 * Keys in memory, by the hash they are kept under. Looking a hash up tells a guesser nothing about the key: the time
 * depends on the hash alone, and no prefix of a hash helps to find a key. A key that was found is not hashed again: a `Map` too
 * compares what is asked for only with a key of the same (seeded) hash, so that no prefix of a key helps either.
 */
export class Keyring {
  #byHash = new Map<string, StoredKey>();
  /** Those that came with a request since the keys were read: no more than there are. */
  #used = new Map<string, StoredKey>();
  readonly #store: KeyStore;
  readonly #now: () => number;

  constructor(store: KeyStore, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  /** Reads all keys again: those made or revoked by another process take effect. */
  async refresh(): Promise<void> {
    const keys = await this.#store.keys();
    this.#byHash = new Map(keys.map((key) => [key.hash, key]));
    this.#used = new Map();
  }

  /** What the key may do; undefined when it is not one of ours, has expired or was revoked. */
  scopesOf(key: string): readonly Scope[] | undefined {
    const found = this.#used.get(key) ?? this.#byHash.get(digest(key));
    if (!found || !usable(found, this.#now())) return undefined;
    this.#used.set(key, found);
    return found.scopes.includes('admin') ? SCOPES : found.scopes;
  }
}

/** The key in a request: bearer token, `X-Api-Key`, or the user name of HTTP Basic. */
export function keyIn(headers: Readonly<Record<string, string | undefined>>): string | undefined {
  if (headers['x-api-key']) return headers['x-api-key'];
  const [scheme, value] = headers.authorization?.split(' ') ?? [];
  if (value === undefined) return undefined;
  if (scheme?.toLowerCase() === 'bearer') return value;
  if (scheme?.toLowerCase() !== 'basic') return undefined;
  return Buffer.from(value, 'base64').toString('utf8').split(':')[0];
}
