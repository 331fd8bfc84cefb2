import type { LedgerRow } from '../core/contracts/ledger-row.ts';
import type { Decision } from '../core/domain/decision.ts';
import type { Copy } from './copy.ts';
import { HEADERS } from './copy.ts';

const PAGE = 10_000;

/** The whole ledger, as anybody with a key can read it. */
export async function readAll(copy: Copy): Promise<LedgerRow[]> {
  const rows: LedgerRow[] = [];
  for (;;) {
    const path = `/v1/ledger?from=${rows.length + 1}&limit=${PAGE}`;
    const response = await fetch(`${copy.base}${path}`, { headers: HEADERS });
    const lines = (await response.text()).split('\n').filter(Boolean);
    rows.push(...lines.map((line) => JSON.parse(line) as LedgerRow));
    if (lines.length < PAGE) return rows;
  }
}

export const decisionsIn = (rows: readonly LedgerRow[]): Decision[] =>
  rows.flatMap(({ kind, body }) => (kind === 'decision' ? [JSON.parse(body!) as Decision] : []));

/**
 * Breaches of a cap of `count` sends in `windowMs`, counted anew in the order of the ledger: persons who became one are one
 * from the row on that says so.
 */
export function capBreaches(
  rows: readonly LedgerRow[],
  cap: { programme: string; count: number; windowMs: number },
): string[] {
  const roots = new Map<string, string>();
  const rootOf = (person: string): string => {
    const parent = roots.get(person);
    return parent === undefined ? person : rootOf(parent);
  };
  const sends = new Map<string, number[]>();
  const breaches: string[] = [];
  for (const { kind, body } of rows) {
    if (kind === 'merge') {
      const { into, from } = JSON.parse(body!) as { into: string; from: string };
      const [kept, gone] = [rootOf(into), rootOf(from)];
      if (kept === gone) continue;
      roots.set(gone, kept);
      sends.set(kept, [...(sends.get(kept) ?? []), ...(sends.get(gone) ?? [])]);
    }
    if (kind !== 'decision') continue;
    const decision = JSON.parse(body!) as Decision;
    if (decision.action !== 'send') continue;
    const person = rootOf(decision.person);
    const all = sends.get(person) ?? [];
    const inside = all.filter((at) => at > decision.at - cap.windowMs).length;
    if (decision.programme === cap.programme && inside >= cap.count) {
      breaches.push(`${decision.id}: the ${inside + 1}. of ${cap.count} for ${person}`);
    }
    sends.set(person, [...all, decision.at]);
  }
  return breaches;
}
