import { expect, it } from 'vitest';
import { openSqliteStore } from '../../../runtime/store/sqlite/sqlite-store.ts';
import { folder } from '../../support/folders.ts';
import { opened } from '../../support/opened.ts';
import { HOUR, MINUTE, NOON } from '../../support/programmes.ts';
import { outcome, put } from '../../support/store-writes.ts';

it.each([
  ['was right', 0],
  ['was an hour ahead and is put right in between', HOUR],
])('an outcome that is told to wait waits across a restart, where the clock %s', async (_, aheadMs) => {
  const path = await folder();
  const store = await openSqliteStore(path);
  await put(store, { outcomes: [{ destination: 'x', person: 'p', outcome: outcome('o'), at: NOON }] });
  const then = NOON + aheadMs;
  expect(await store.claim('x', then, then + MINUTE, 1)).toHaveLength(1);
  const failed = { id: 'o', state: 'pending', at: then, attempts: 1, fault: 'rate-limited' } as const;
  await store.settle('x', [{ ...failed, nextAttemptAt: then + 2 * MINUTE }]);
  await store.close();
  const again = await opened(() => openSqliteStore(path));
  await again.recoverClaims();
  expect(await again.claim('x', NOON, NOON + MINUTE, 1)).toEqual([]);
  expect(await again.claim('x', NOON + 2 * MINUTE - 1, NOON + 3 * MINUTE, 1)).toEqual([]);
  expect(await again.claim('x', NOON + 2 * MINUTE, NOON + 3 * MINUTE, 1)).toHaveLength(1);
});
