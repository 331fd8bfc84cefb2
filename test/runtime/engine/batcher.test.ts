import { describe, expect, it } from 'vitest';
import type { Store } from '../../../core/contracts/store.ts';
import type { WorkingSet } from '../../../core/people/working-set.ts';
import { Batcher } from '../../../runtime/engine/batcher.ts';
import { openMemoryStore } from '../../../runtime/store/memory-store.ts';
import { NOON } from '../../support/programmes.ts';

interface Bench {
  batcher: Batcher;
  store: Store;
  /** Sizes of the batches that became durable. */
  sizes: number[];
  /** Number of transactions begun. */
  begun: () => number;
}

/** A batcher on a store whose transactions take a moment, or fail on demand. */
function bench(fails: (begun: number) => boolean = () => false): Bench {
  const store = openMemoryStore();
  const sizes: number[] = [];
  let [begun, minted] = [0, 0];
  const slow: Store = {
    ...store,
    transact: async (query, work) => {
      begun++;
      const failing = fails(begun);
      await new Promise((resolve) => setTimeout(resolve, 2));
      return store.transact(query, (facts) => {
        const writes = work(facts);
        if (failing) throw new Error('the disk is full');
        return writes;
      });
    },
  };
  const batcher = new Batcher({
    store: slow,
    lookback: () => ({ past: { contactsMs: 0, signals: new Map() }, now: 0 }),
    mintPersonId: () => `p${++minted}`,
    observe: (size) => void sizes.push(size),
    shed: () => undefined,
    stopwatch: () => 0,
  });
  return { batcher, store, sizes, begun: () => begun };
}

/** A job that takes one event and runs `also`. */
function job<T>(
  id: string,
  also: (set: WorkingSet) => T,
): Parameters<Batcher['submit']>[0] & { run: (s: WorkingSet) => T } {
  const event = { source: 's', id };
  const run = (set: WorkingSet): T => {
    set.take(event);
    return also(set);
  };
  return { persons: [], events: [event], run };
}

describe('batcher', () => {
  it('makes what arrives together durable together, in the order of arrival', async () => {
    const { batcher, sizes, begun } = bench();
    const order: number[] = [];
    const results = await Promise.all(
      Array.from({ length: 100 }, (_, i) => batcher.submit(job(`e${i}`, () => order.push(i) - 1))),
    );
    expect([sizes, begun()]).toEqual([[100], 1]);
    expect(order).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(results).toEqual(order);
  });

  it('gathers what arrives while it writes for the next transaction', async () => {
    const { batcher, sizes } = bench();
    const first = batcher.submit(job('first', () => 1));
    await new Promise((resolve) => setImmediate(resolve));
    const rest = Array.from({ length: 30 }, (_, i) => batcher.submit(job(`e${i}`, () => i)));
    await Promise.all([first, ...rest]);
    expect(sizes).toEqual([1, 30]);
  });

  it('bounds a batch, so that nobody waits for thousands', async () => {
    const { batcher, sizes } = bench();
    await Promise.all(Array.from({ length: 600 }, (_, i) => batcher.submit(job(`e${i}`, () => i))));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(600);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(256);
    expect(batcher.queued).toBe(0);
  });

  it('answers nobody before their batch is durable', async () => {
    const { batcher, store } = bench();
    const jobs = Array.from({ length: 20 }, (_, i) =>
      batcher.submit(job(`e${i}`, () => i)).then(async () => (await store.counts()).events),
    );
    expect(await Promise.all(jobs)).toEqual(jobs.map(() => 20));
  });

  it('shows each job what those before it did', async () => {
    const { batcher } = bench();
    const person = (set: WorkingSet): string => set.person(['user:u'], NOON).id;
    const ids = await Promise.all(['a', 'b', 'c'].map((id) => batcher.submit(job(id, person))));
    expect(new Set(ids).size).toBe(1);
  });

  it('lets a job that fails fail alone, and leaves nothing of it behind', async () => {
    const { batcher, store } = bench();
    const jobs = Array.from({ length: 50 }, (_, i) =>
      batcher.submit(
        job(`e${i}`, (set) => {
          set.person([`user:${i}`], NOON);
          if (i === 7) throw new Error('half done');
          return i;
        }),
      ),
    );
    const settled = await Promise.allSettled(jobs);
    expect(settled.flatMap(({ status }, i) => (status === 'rejected' ? [i] : []))).toEqual([7]);
    expect(await store.counts()).toMatchObject({ events: 49, persons: 49 });
    expect(await store.person('user:7')).toBeNull();
    await batcher.submit(job('e7', () => 7));
    expect(await store.counts()).toMatchObject({ events: 50 });
  });

  it('tries one by one when the store refuses a batch', async () => {
    const { batcher, store, begun } = bench((n) => n === 1 || n === 3);
    const settled = await Promise.allSettled(['a', 'b', 'c'].map((id) => batcher.submit(job(id, () => id))));
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(begun()).toBe(4);
    expect(await store.counts()).toMatchObject({ events: 2 });
  });

  it('goes on after a store that was away', async () => {
    let away = true;
    const { batcher, store } = bench(() => away);
    const lost = await Promise.allSettled(['a', 'b'].map((id) => batcher.submit(job(id, () => id))));
    expect(lost.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    away = false;
    expect(await batcher.submit(job('a', () => 'a'))).toBe('a');
    expect(await store.counts()).toMatchObject({ events: 1 });
  });

  it('lets nobody stand behind a batch that does not end, where they have somewhere else to go', async () => {
    const store = openMemoryStore();
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const batcher = new Batcher({
      store: { ...store, transact: (query, work) => held.then(() => store.transact(query, work)) },
      lookback: () => ({ past: { contactsMs: 0, signals: new Map() }, now: 0 }),
      mintPersonId: () => 'p',
      observe: () => undefined,
      shed: () => undefined,
      stopwatch: () => performance.now(),
      remote: { pauseMs: 10_000, patienceMs: 30, lingerMs: 0 },
    });
    const first = batcher.submit(job('first', () => 1));
    await new Promise((resolve) => setImmediate(resolve));
    const behind = batcher.submit(job('behind', () => 2));
    await expect(behind).rejects.toMatchObject({ kind: 'unavailable' });
    await expect(batcher.submit(job('later', () => 3))).rejects.toMatchObject({ kind: 'unavailable' });
    release();
    expect(await first).toBe(1);
    expect(await batcher.submit(job('after', () => 4))).toBe(4);
    expect((await store.counts()).events).toBe(2);
  });

  it('waits for company on another machine after a batch, and keeps nobody waiting after a pause', async () => {
    const store = openMemoryStore();
    const sizes: number[] = [];
    let [begun, now] = [0, 0];
    const batcher = new Batcher({
      store: {
        ...store,
        transact: (query, work) => {
          begun++;
          return store.transact(query, work);
        },
      },
      lookback: () => ({ past: { contactsMs: 0, signals: new Map() }, now: 0 }),
      mintPersonId: () => 'p',
      observe: (size) => void sizes.push(size),
      shed: () => undefined,
      stopwatch: () => now,
      remote: { pauseMs: 0, patienceMs: 10_000, lingerMs: 200 },
    });
    const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    await batcher.submit(job('a', () => 1));
    const some = [batcher.submit(job('b', () => 2))];
    await turn();
    await turn();
    some.push(batcher.submit(job('c', () => 3)));
    expect(begun).toBe(1);
    await Promise.all(some);
    expect(sizes).toEqual([1, 2]);
    await turn();
    now += 1_000;
    const alone = batcher.submit(job('d', () => 4));
    await turn();
    expect(begun).toBe(3);
    await alone;
  });
});
