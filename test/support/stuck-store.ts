import type { Store } from '../../core/contracts/store.ts';
import { openMemoryStore } from '../../runtime/store/memory-store.ts';

/** A store in memory that answers no batch any more once it is stuck. */
export function stuckStore(): { store: Store; stick: () => void } {
  const store = openMemoryStore();
  let stuck = false;
  const transact: Store['transact'] = (...batch) =>
    stuck ? new Promise(() => undefined) : store.transact(...batch);
  return { store: { ...store, transact }, stick: () => void (stuck = true) };
}
