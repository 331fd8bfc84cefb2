import { onTestFinished } from 'vitest';
import type { Store } from '../../core/contracts/store.ts';

/** A store that is closed when the test is over. */
export async function opened(open: () => Promise<Store>): Promise<Store> {
  const store = await open();
  onTestFinished(() => store.close());
  return store;
}
