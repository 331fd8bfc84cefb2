import type { ReadStore } from '../../core/contracts/store.ts';
import { chainOf, GENESIS, sha256 } from './ledger.ts';

export interface LedgerCheck {
  ok: boolean;
  rows: number;
  /** First row that does not follow from the ones before it. */
  brokenAt?: number;
}

const CHUNK = 5_000;

/** Recomputes the chain from its first row; a body that is kept must have the digest that is chained. */
export async function verifyLedger(store: ReadStore): Promise<LedgerCheck> {
  let chain = GENESIS;
  let rows = 0;
  for (;;) {
    const some = await store.ledger(rows + 1, CHUNK);
    for (const row of some) {
      chain = chainOf(chain, row);
      const right =
        row.seq === rows + 1 && row.chain === chain && (row.body === null || sha256(row.body) === row.digest);
      if (!right) return { ok: false, rows, brokenAt: row.seq };
      rows++;
    }
    if (some.length < CHUNK) return { ok: true, rows };
  }
}
