import { describe, expect, it } from 'vitest';
import { Batcher } from '../../../runtime/engine/batcher.ts';
import { Flusher } from '../../../runtime/store/sqlite/flusher.ts';
import { openSqliteStore } from '../../../runtime/store/sqlite/sqlite-store.ts';
import { folder } from '../../support/folders.ts';
import { opened } from '../../support/opened.ts';
import { decision, first, put } from '../../support/store-writes.ts';

const BROKEN = new Error('EIO: i/o error, fdatasync');

/** Flushes that end when they are told to. */
class Disk {
  readonly #waiting: { resolve: () => void; reject: (error: Error) => void }[] = [];
  flushes = 0;

  readonly flush = (): Promise<void> =>
    new Promise((resolve, reject) => {
      this.flushes++;
      this.#waiting.push({ resolve, reject });
    });

  async end(error?: Error): Promise<void> {
    await settled();
    const flush = this.#waiting.shift();
    if (error) flush?.reject(error);
    else flush?.resolve();
    await settled();
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** What has become of some promises once something has happened. */
async function states(promises: readonly Promise<unknown>[], after = settled()): Promise<string[]> {
  const said = promises.map(() => 'waits');
  for (const [i, promise] of promises.entries()) {
    const say = (state: string) => (): void => void (said[i] = state);
    void promise.then(say('done'), say('failed'));
  }
  await after;
  return said;
}

describe('a flusher', () => {
  it('answers once a flush has ended that began after what was written, and shares it', async () => {
    const disk = new Disk();
    const flusher = new Flusher(disk.flush);
    const write = (): Promise<void> => {
      flusher.wrote();
      return flusher.flushed();
    };
    const waiting = [write(), write()];
    await settled();
    waiting.push(write(), flusher.flushed(), write());
    expect([disk.flushes, await states(waiting)]).toEqual([1, Array(5).fill('waits')]);
    await disk.end();
    expect(await states(waiting)).toEqual(['done', 'done', 'waits', 'waits', 'waits']);
    await disk.end();
    expect([disk.flushes, await states(waiting)]).toEqual([2, Array(5).fill('done')]);
    expect(await states([flusher.flushed()])).toEqual(['done']);
  });

  it('makes whoever wrote nothing wait for what they may have seen', async () => {
    const disk = new Disk();
    const flusher = new Flusher(disk.flush);
    flusher.wrote();
    const [writer, reader] = [flusher.flushed(), flusher.flushed()];
    await settled();
    const late = flusher.flushed();
    expect(await states([writer, reader, late])).toEqual(['waits', 'waits', 'waits']);
    await disk.end();
    expect([disk.flushes, await states([writer, reader, late])]).toEqual([1, ['done', 'done', 'done']]);
  });

  it('never says again that something is on disk after a flush that failed', async () => {
    const disk = new Disk();
    const flusher = new Flusher(disk.flush);
    flusher.wrote();
    const before = flusher.flushed();
    await settled();
    flusher.wrote();
    const both = states([before, flusher.flushed()], disk.end(BROKEN));
    expect(await both).toEqual(['failed', 'failed']);
    expect(await states([flusher.flushed()])).toEqual(['failed']);
    flusher.wrote();
    expect([await states([flusher.flushed()]), disk.flushes]).toEqual([['failed'], 1]);
  });
});

/** A store on a disk that ends its flushes when it is told to. */
async function onDisk() {
  const disk = new Disk();
  const told: Error[] = [];
  const flushing = { flush: disk.flush, broken: (error: Error) => void told.push(error) };
  const path = await folder();
  const store = await opened(() => openSqliteStore(path, flushing));
  return { disk, store, told, path };
}

const NOTHING_LEARNED = {
  ...{ credits: [], removedCredits: [], rewards: [], removedRewards: [] },
  ...{ snapshots: [], outcomes: [], forgotten: [] },
};
const deciding = (id: string) => ({ decisions: [first(decision(id))] });

describe('a store whose disk is slow', () => {
  it('answers nothing that is not on disk, and goes on meanwhile', async () => {
    const { disk, store } = await onDisk();
    const written = put(store, deciding('d1'));
    await settled();
    const next = put(store, deciding('d2'));
    const read = store.decision('d1');
    const waiting = [written, next, read];
    expect(await states(waiting)).toEqual(['waits', 'waits', 'waits']);
    await disk.end();
    expect(await states(waiting)).toEqual(['done', 'waits', 'waits']);
    await disk.end();
    expect(await states(waiting)).toEqual(['done', 'done', 'done']);
    expect((await read)?.decision.id).toBe('d1');
  });

  it('is waited for once by what is learned, however much is written meanwhile', async () => {
    const { disk, store } = await onDisk();
    const waiting: Promise<unknown>[] = [put(store, deciding('d1'))];
    await settled();
    waiting.push(put(store, deciding('d2')));
    const { upTo } = await store.readLedger(await store.position(), 9);
    await store.histories(['p']);
    await store.credited(['p']);
    expect([upTo, (await store.trials('welcome', 0, upTo)).length]).toEqual([2, 2]);
    await store.arms('welcome', upTo);
    waiting.push(store.commitFold({ ...NOTHING_LEARNED, expected: 0, position: upTo }));
    expect([await states(waiting), disk.flushes]).toEqual([['waits', 'waits', 'waits'], 1]);
    await disk.end();
    await disk.end();
    expect(await states(waiting)).toEqual(['done', 'done', 'done']);
  });

  it('has nothing to say after a flush that failed, and what was not answered may be found at the next start', async () => {
    const { disk, store, told, path } = await onDisk();
    const earlier = put(store, deciding('d1'));
    await settled();
    const second = put(store, deciding('d2'));
    const gone = { kind: 'unavailable', detail: 'store: EIO: i/o error, fdatasync' };
    await Promise.all([
      expect(earlier).rejects.toMatchObject(gone),
      expect(second).rejects.toMatchObject(gone),
      disk.end(BROKEN),
    ]);
    await expect(store.ping()).rejects.toMatchObject(gone);
    await expect(put(store, deciding('d3'))).rejects.toMatchObject(gone);
    expect(told).toEqual([BROKEN]);
    const again = await opened(() => openSqliteStore(path));
    expect(await again.decision('d3')).toBeNull();
    expect((await again.counts()).decisions).toBe(2);
  });

  it('flushes one batch while the next one is decided, and begins no third', async () => {
    const { disk, store } = await onDisk();
    let minted = 0;
    const batcher = new Batcher({
      store,
      lookback: () => ({ past: { contactsMs: 0, signals: new Map() }, now: 0 }),
      mintPersonId: () => `p${++minted}`,
      observe: () => undefined,
      shed: () => undefined,
      stopwatch: () => 0,
    });
    const ran: string[] = [];
    const submit = (id: string): Promise<unknown> =>
      batcher.submit({
        ...{ persons: [], events: [{ source: 's', id }] },
        run: (set) => ran.push(set.take({ source: 's', id }) ? id : `${id} again`),
      });
    const answers = ['a', 'b'].map(submit);
    await settled();
    answers.push(submit('a'));
    await settled();
    // too few wait for a batch of their own
    expect(ran).toEqual(['a', 'b']);
    answers.push(submit('c'), submit('d'));
    await settled();
    expect(ran).toEqual(['a', 'b', 'a again', 'c', 'd']);
    answers.push(...['e', 'f', 'g', 'h', 'i', 'j', 'k'].map(submit));
    expect(await states(answers)).toEqual(Array(12).fill('waits'));
    expect(ran).toHaveLength(5);
    await disk.end();
    expect((await states(answers)).slice(0, 5)).toEqual(['done', 'done', 'waits', 'waits', 'waits']);
    expect(ran).toHaveLength(12);
    await disk.end();
    await disk.end();
    expect(await states(answers)).toEqual(Array(12).fill('done'));
  });
});
