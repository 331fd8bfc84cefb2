import { expect, it } from 'vitest';
import type { Store } from '../../core/contracts/store.ts';
import type { ClosedId } from '../../core/domain/closed.ts';
import { opened } from '../support/opened.ts';
import { put } from '../support/store-writes.ts';

const own = (id: string, channels: ClosedId['channels'], erased = false): ClosedId => ({
  id,
  erased,
  channels,
});
const LEFT = { email: 'unsubscribed' } as const;
const BACK = { email: 'subscribed' } as const;

const idsAfter = async (store: Store, after: number, limit = 99): Promise<string[]> =>
  (await store.closed(after, limit)).map(({ id }) => id);

export function closedContract(open: () => Promise<Store>): void {
  it('lists ids as they are now, each once, in the order in which they changed last', async () => {
    const store = await opened(open);
    expect(await store.closed(0, 9)).toEqual([]);
    await put(store, { closed: [own('a', LEFT), own('b', LEFT)] });
    await put(store, { closed: [own('c', { ...LEFT, '__proto__x "': 'subscribed' })] });
    const before = await store.closed(0, 9);
    expect(before.map(({ id, erased, channels }) => ({ id, erased, channels }))).toEqual([
      own('a', LEFT),
      own('b', LEFT),
      own('c', { ...LEFT, '__proto__x "': 'subscribed' }),
    ]);
    await put(store, { closed: [own('a', BACK)] });
    expect(await idsAfter(store, 0)).toEqual(['b', 'c', 'a']);
    const [again, ...more] = await store.closed(before.at(-1)!.number, 9);
    expect([again, more]).toEqual([{ ...own('a', BACK), number: again!.number }, []]);
    expect(again!.number).toBeGreaterThan(before.at(-1)!.number);
  });

  it('goes on in pages, from any place', async () => {
    const store = await opened(open);
    const ids = Array.from({ length: 7 }, (_, i) => `id ${i}`);
    await put(store, { closed: ids.map((id) => own(id, LEFT)) });
    const seen: string[] = [];
    for (let after = 0; ;) {
      const page = await store.closed(after, 3);
      if (page.length === 0) break;
      expect(page.length).toBeLessThanOrEqual(3);
      seen.push(...page.map(({ id }) => id));
      after = page.at(-1)!.number;
    }
    expect(seen).toEqual(ids);
  });

  it('never takes an erasure back, whatever is written of the id by somebody who does not know of it', async () => {
    const store = await opened(open);
    await put(store, { closed: [own('a', {}, true), own('b', LEFT)] });
    await put(store, { closed: [own('a', BACK), own('b', {}, true)] });
    const rows = await store.closed(0, 9);
    expect(rows.map(({ id, erased, channels }) => [id, erased, channels])).toEqual([
      ['a', true, BACK],
      ['b', true, {}],
    ]);
  });

  it('has nothing of a batch that failed', async () => {
    const store = await opened(open);
    const failing = put(store, { closed: [own('a', LEFT)], persons: [{} as never] });
    await expect(failing).rejects.toThrow();
    expect(await store.closed(0, 9)).toEqual([]);
  });
}
