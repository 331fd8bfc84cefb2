import { expect, test } from 'vitest';
import { openSqliteStore } from '../../runtime/store/sqlite/sqlite-store.ts';
import { scratchFolder } from '../support/running.ts';
import { decision, first, person, put } from '../support/store-writes.ts';

test('two processes on one data folder: the one that came first can write no more', async () => {
  const { folder, remove } = scratchFolder();
  const [old, young, keeper] = [
    await openSqliteStore(folder),
    await openSqliteStore(folder),
    await openSqliteStore(folder),
  ];
  await old.own('old');
  await put(old, { persons: [person('p', 'user:p')], decisions: [first(decision('d1'))] });
  await young.own('young');
  await expect(put(old, { decisions: [first(decision('d2'))] })).rejects.toThrow('another Pickwell');
  await expect(old.claim('x', 0, 1, 1)).rejects.toThrow('another Pickwell');
  await put(young, { decisions: [first(decision('d3'))] });
  expect((await young.counts()).decisions).toBe(2);
  // whoever only looks after keys takes nothing over
  await keeper.saveKey({ id: 'k', scopes: ['read'], hash: 'h', createdAt: 0 });
  await put(young, { decisions: [first(decision('d4'))] });
  for (const store of [old, young, keeper]) await store.close();
  remove();
});
