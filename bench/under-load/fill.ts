import { performance } from 'node:perf_hooks';
import type { StoreChoice } from '../../runtime/store/open-store.ts';
import { openStore } from '../../runtime/store/open-store.ts';
import { batchesOf } from './batches.ts';

/** Fills a store through its own port, in a process of its own: this many people, that share of them decided for once. */
export interface Fill {
  store: StoreChoice;
  persons: number;
  decided: number;
}

export interface Filled {
  persons: number;
  decisions: number;
  seconds: number;
}

const BATCH = 2_000;
const SEALED_AFTER = 20_000;

const { store: choice, persons, decided } = JSON.parse(process.argv[2]!) as Fill;
const store = await openStore(choice);
const next = batchesOf(BATCH, Math.round(BATCH * decided));
const start = performance.now();
for (let made = 0; made < persons; made += BATCH) {
  const { query, writes } = next();
  await store.transact(query, () => writes);
  // reading gives what was decided its places in the ledger, where that is done apart
  if (made % SEALED_AFTER === 0) await store.ledger(1, 1);
}
await store.ledger(1, 1);
const counts = await store.counts();
await store.close();
const seconds = (performance.now() - start) / 1_000;
process.send?.({ persons: counts.persons!, decisions: counts.decisions!, seconds } satisfies Filled);
process.disconnect();
