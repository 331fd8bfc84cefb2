import type { LedgerRow } from '../../core/contracts/ledger-row.ts';
import type { ReservationWrite } from '../../core/contracts/resources.ts';
import type { Store } from '../../core/contracts/store.ts';

export interface LedgerTotals {
  /** Reservations that took more than there was, or a code that was somebody else's. */
  breaches: ReservationWrite[];
  /** Decisions that took of each resource. */
  takers: Record<string, number>;
  /** Most that was taken of each at once. */
  most: Record<string, number>;
}

/**
 * Adds up what was taken of every resource from the ledger alone, row by row, as anybody could who has nothing else: a
 * reservation may be made only while what stands beside it leaves room. `limits` are by resource; the codes of a pool need none.
 */
export function totalsIn(rows: readonly LedgerRow[], limits: Record<string, number>): LedgerTotals {
  const standing = new Map<string, Map<string, ReservationWrite>>();
  const totals: LedgerTotals = { breaches: [], takers: {}, most: {} };
  for (const { kind, body } of rows) {
    if (kind !== 'reservation') continue;
    const made = JSON.parse(body!) as ReservationWrite;
    const { resource, id, at, amount, code } = made;
    const all = standing.get(resource) ?? new Map<string, ReservationWrite>();
    standing.set(resource, all);
    if (!all.has(id)) {
      const others = [...all.values()].filter(({ endsAt }) => endsAt > at);
      const taken = others.reduce((sum, other) => sum + other.amount, amount);
      const held = code !== undefined && others.some((other) => other.code === code);
      if (taken > (limits[resource] ?? Infinity) || held) totals.breaches.push(made);
      totals.takers[resource] = (totals.takers[resource] ?? 0) + 1;
      totals.most[resource] = Math.max(totals.most[resource] ?? 0, taken);
    }
    all.set(id, made);
  }
  return totals;
}

/** The same of everything in a store. */
export const totalsOf = async (store: Store, limits: Record<string, number>): Promise<LedgerTotals> =>
  totalsIn(await store.ledger(1, 1_000_000), limits);
