import type { Scope } from './keys.ts';

/** A key at rest: never the key itself. */
export interface StoredKey {
  id: string;
  scopes: Scope[];
  /** SHA-256 of the key, hex. */
  hash: string;
  /** ms since 1970 */
  createdAt: number;
  expiresAt?: number | undefined;
  revokedAt?: number | undefined;
}
