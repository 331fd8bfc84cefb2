import { expect, it } from 'vitest';
import type { OutboxItem } from '../../core/contracts/outbox.ts';
import type { Store } from '../../core/contracts/store.ts';
import { opened } from '../support/opened.ts';
import { HOUR, MINUTE, NOON } from '../support/programmes.ts';
import { outcome, put } from '../support/store-writes.ts';

const add = (store: Store, destination: string, ...ids: string[]): Promise<void> =>
  put(store, {
    outcomes: ids.map((id, i) => ({ destination, person: 'p', outcome: outcome(id), at: NOON + i })),
  });

const claim = (store: Store, now = NOON, limit = 100): Promise<OutboxItem[]> =>
  store.claim('braze', now, now + MINUTE, limit);

const idsOf = (items: OutboxItem[]): string[] => items.map((item) => item.outcome.id);

export function outboxContract(open: () => Promise<Store>): void {
  it('hands out the oldest first, each to one claimer', async () => {
    const store = await opened(open);
    await add(store, 'braze', 'a', 'b', 'c', 'd', 'e');
    const claims = await Promise.all([claim(store, NOON, 2), claim(store, NOON, 2), claim(store, NOON, 2)]);
    expect(claims.map(idsOf)).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
    expect(claims[0][1]).toEqual({
      outcome: outcome('b'),
      destination: 'braze',
      attempts: 0,
      createdAt: NOON + 1,
    });
    expect(await claim(store)).toEqual([]);
  });

  it('keeps destinations apart', async () => {
    const store = await opened(open);
    await add(store, 'braze', 'a');
    await add(store, 'segment', 'a');
    expect(idsOf(await claim(store))).toEqual(['a']);
    await store.settle('braze', [{ id: 'a', state: 'delivered', at: NOON }]);
    expect(idsOf(await store.claim('segment', NOON, NOON + 1, 9))).toEqual(['a']);
  });

  it('takes the same outcome once, also when it was delivered long ago', async () => {
    const store = await opened(open);
    await add(store, 'braze', 'a', 'a');
    await add(store, 'braze', 'a');
    expect(idsOf(await claim(store))).toEqual(['a']);
    await store.settle('braze', [{ id: 'a', state: 'delivered', at: NOON }]);
    await add(store, 'braze', 'a');
    expect(await claim(store, NOON + 60 * MINUTE)).toEqual([]);
  });

  it('hands out again what was not settled when the lease ended, not a moment before', async () => {
    const store = await opened(open);
    await add(store, 'braze', 'a');
    await claim(store);
    expect(await claim(store, NOON + MINUTE - 1)).toEqual([]);
    expect(idsOf(await claim(store, NOON + MINUTE))).toEqual(['a']);
  });

  it('hands out again what failed when it is due, with its attempts counted', async () => {
    const store = await opened(open);
    await add(store, 'braze', 'a', 'b');
    await claim(store);
    const due = NOON + 10 * MINUTE;
    await store.settle('braze', [
      { id: 'a', state: 'pending', at: NOON, attempts: 3, nextAttemptAt: due, fault: 'unavailable' },
      { id: 'b', state: 'delivered', at: NOON },
    ]);
    expect(await claim(store, due - 1)).toEqual([]);
    expect(await claim(store, due)).toMatchObject([{ outcome: { id: 'a' }, attempts: 3, createdAt: NOON }]);
  });

  it('buries the dead until they are asked for again', async () => {
    const store = await opened(open);
    await add(store, 'braze', 'a', 'b');
    await add(store, 'segment', 'c');
    await claim(store);
    await store.settle('braze', [
      { id: 'a', state: 'dead', at: NOON, fault: 'rejected' },
      { id: 'b', state: 'delivered', at: NOON },
    ]);
    expect(await claim(store, NOON + 60 * MINUTE)).toEqual([]);
    expect(await store.redrive('segment', NOON)).toBe(0);
    const later = NOON + 90 * MINUTE;
    expect(await store.redrive('braze', later)).toBe(1);
    expect(await claim(store, later)).toEqual([
      { outcome: outcome('a'), destination: 'braze', attempts: 0, createdAt: later },
    ]);
    expect(await store.redrive('braze', later)).toBe(0);
  });

  it('does not take back what was delivered, whatever a late claimer says', async () => {
    const store = await opened(open);
    const late = ['pending', 'dead'] as const;
    await add(store, 'braze', ...late);
    await claim(store);
    await store.settle(
      'braze',
      late.map((id) => ({ id, state: 'delivered', at: NOON })),
    );
    await store.settle('braze', [
      { id: 'pending', state: 'pending', at: NOON, attempts: 1, nextAttemptAt: NOON, fault: 'unavailable' },
      { id: 'dead', state: 'dead', at: NOON, fault: 'rejected' },
      { id: 'unknown', state: 'delivered', at: NOON },
    ]);
    expect(await store.redrive('braze', NOON)).toBe(0);
    expect(await claim(store, NOON + 60 * MINUTE)).toEqual([]);
    expect(await store.outboxCounts()).toEqual([]);
  });

  it('believes a delivery that was reported after its lease had ended', async () => {
    const store = await opened(open);
    await add(store, 'braze', 'a');
    await claim(store);
    await store.settle('braze', [{ id: 'a', state: 'dead', at: NOON, fault: 'unavailable' }]);
    await store.settle('braze', [{ id: 'a', state: 'delivered', at: NOON }]);
    expect(await store.redrive('braze', NOON)).toBe(0);
  });

  it('counts by destination and state, with the age of the oldest', async () => {
    const store = await opened(open);
    await add(store, 'braze', 'a', 'b', 'c');
    await add(store, 'segment', 'a');
    await claim(store);
    await store.settle('braze', [
      { id: 'a', state: 'delivered', at: NOON },
      { id: 'b', state: 'dead', at: NOON, fault: 'rejected' },
    ]);
    expect(await store.outboxCounts()).toEqual([
      { destination: 'braze', state: 'dead', count: 1, oldestAt: NOON + 1 },
      { destination: 'braze', state: 'pending', count: 1, oldestAt: NOON + 2 },
      { destination: 'segment', state: 'pending', count: 1, oldestAt: NOON },
    ]);
  });
}

/** Of stores that go by the clock of whoever calls: it may be set. */
export function outboxClockContract(open: () => Promise<Store>): void {
  it.each([1, 26])(
    'lets what waits wait for as long, and no longer, where the clock was %d h ahead and is put right',
    async (hours) => {
      const store = await opened(open);
      await add(store, 'braze', 'leased', 'retried');
      const then = NOON + hours * HOUR;
      await claim(store, then);
      const common = {
        id: 'retried',
        state: 'pending',
        at: then,
        attempts: 1,
        fault: 'unavailable',
      } as const;
      await store.settle('braze', [{ ...common, nextAttemptAt: then + 10 * MINUTE }]);
      expect(await claim(store)).toEqual([]);
      expect(await claim(store, NOON + MINUTE - 1)).toEqual([]);
      expect(idsOf(await claim(store, NOON + MINUTE))).toEqual(['leased']);
      await store.settle('braze', [{ id: 'leased', state: 'delivered', at: NOON + MINUTE }]);
      expect(await claim(store, NOON + 10 * MINUTE - 1)).toEqual([]);
      expect(await claim(store, NOON + 10 * MINUTE)).toMatchObject([
        { outcome: { id: 'retried' }, attempts: 1 },
      ]);
    },
  );

  it('has what is asked for again due at once, whatever the clock shows next', async () => {
    const store = await opened(open);
    await add(store, 'braze', 'a');
    await claim(store);
    await store.settle('braze', [{ id: 'a', state: 'dead', at: NOON, fault: 'rejected' }]);
    expect(await store.redrive('braze', NOON + HOUR)).toBe(1);
    expect(idsOf(await claim(store))).toEqual(['a']);
  });
}
