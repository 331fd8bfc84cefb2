import { onTestFinished } from 'vitest';
import type { Store } from '../../core/contracts/store.ts';
import type { Alias } from '../../core/domain/person.ts';
import { WorkingSet } from '../../core/people/working-set.ts';
import type { PostgresOptions } from '../../runtime/store/postgres/postgres-store.ts';
import { openPostgresStore } from '../../runtime/store/postgres/postgres-store.ts';
import { decision, query } from './store-writes.ts';

/** Several stores with a pool each on one database, as processes would have them; closed when the test is over. */
export async function copiesOf(
  url: string,
  count: number,
  options: Partial<PostgresOptions> = {},
): Promise<Store[]> {
  const stores: Store[] = [];
  onTestFinished(async () => void (await Promise.all(stores.map((store) => store.close()))));
  for (let i = 0; i < count; i++) stores.push(await openPostgresStore({ url, ...options }));
  return stores;
}

let minted = 0;

/** What a batch about some people does, on a working set as the engine's. */
export interface Batch {
  /** Ids of each person asked about. */
  asks: readonly (readonly Alias[])[];
  sendKey?: string;
  events?: { source: string; id: string }[];
  run: (set: WorkingSet) => void;
}

export async function runBatch(store: Store, { asks, sendKey, events = [], run }: Batch): Promise<void> {
  const sendKeys = sendKey === undefined ? [] : [sendKey];
  const ask = query({ persons: asks.map((aliases) => ({ aliases, sendKeys })), events });
  await store.transact(ask, (facts) => {
    const set = new WorkingSet(facts, () => `pk_${++minted}`);
    run(set);
    return set.finish();
  });
}

/** Records a decision for whoever has the ids, unless they had as many contacts as they may have; says whether it did. */
export function contactOnce(set: WorkingSet, aliases: readonly Alias[], cap = 1): boolean {
  const { id } = set.person(aliases, 0);
  if (set.contacts(id).length >= cap) return false;
  const made = decision(`d_${++minted}`, { person: id, sendKey: `key ${minted}` });
  set.record({ decision: made, first: true });
  return true;
}
