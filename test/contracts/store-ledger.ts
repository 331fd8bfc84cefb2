import { expect, it } from 'vitest';
import type { LedgerRow } from '../../core/contracts/ledger-row.ts';
import type { Merge } from '../../core/contracts/merge.ts';
import type { ReadStore, Store } from '../../core/contracts/store.ts';
import { verifyLedger } from '../../runtime/store/verify-ledger.ts';
import { opened } from '../support/opened.ts';
import { HOUR, NOON, programme } from '../support/programmes.ts';
import { decision, first, person, put, repeated } from '../support/store-writes.ts';

const merge: Merge = { into: 'p', from: 'q', at: NOON, arms: [] };

/** Three batches with every kind of row. */
async function fill(store: Store): Promise<void> {
  const signal = {
    source: 's',
    id: 'e',
    at: NOON + 5,
    name: 'Order Completed',
    values: { revenue: 9 },
    person: 'p',
  };
  await put(store, { persons: [person('p', 'user:u'), person('q')], decisions: [first(decision('d1'))] });
  await store.saveProgramme(programme(), 0, NOON);
  await put(store, {
    erased: [{ person: 'nobody', at: NOON }],
    merges: [merge],
    signals: [signal, { ...signal, id: 'f' }],
    decisions: [
      repeated(decision('d2')),
      first(decision('d3', { person: 'q', learn: false, option: 'silence' })),
    ],
  });
}

/** The same store with one row told differently. */
function told(store: Store, change: (row: LedgerRow) => LedgerRow): ReadStore {
  const ledger = async (from: number, limit: number): Promise<LedgerRow[]> =>
    (await store.ledger(from, limit)).map(change);
  return { ...store, ledger };
}

export function ledgerContract(open: () => Promise<Store>): void {
  it('numbers rows from 1 without gaps: decisions, signals, merges, erasures of each batch', async () => {
    const store = await opened(open);
    await fill(store);
    const rows = await store.ledger(1, 100);
    expect(rows.map(({ seq, kind, ref }) => [seq, kind, ref])).toEqual([
      [1, 'decision', 'd1'],
      [2, 'programme', 'welcome@1'],
      [3, 'decision', 'd2'],
      [4, 'decision', 'd3'],
      [5, 'signal', '["s","e","Order Completed"]'],
      [6, 'signal', '["s","f","Order Completed"]'],
      [7, 'merge', null],
      [8, 'erase', null],
    ]);
    expect(rows.map(({ person: own }) => own)).toEqual(['p', null, 'p', 'q', 'p', 'p', 'p', 'nobody']);
    expect((await store.ledger(3, 2)).map(({ seq }) => seq)).toEqual([3, 4]);
    expect(await store.ledger(9, 5)).toEqual([]);
  });

  it('says what each row stands for', async () => {
    const store = await opened(open);
    await fill(store);
    const bodies = (await store.ledger(1, 100)).map(
      ({ body }) => JSON.parse(body!) as Record<string, unknown>,
    );
    expect(bodies[0]).toEqual(JSON.parse(JSON.stringify(decision('d1'))));
    expect(bodies[1]).toMatchObject({ id: 'welcome', version: 1 });
    expect(bodies[4]).toMatchObject({ id: 'e', values: { revenue: 9 } });
    expect(bodies[5]).toMatchObject({ id: 'f' });
    expect(bodies[6]).toEqual(merge);
  });

  it('is a chain that verifies', async () => {
    const store = await opened(open);
    expect(await verifyLedger(store)).toEqual({ ok: true, rows: 0 });
    await fill(store);
    expect(await verifyLedger(store)).toEqual({ ok: true, rows: 8 });
    await fill2(store);
    expect(await verifyLedger(store)).toEqual({ ok: true, rows: 9 });
  });

  it('shows where anything was changed, added or left out', async () => {
    const store = await opened(open);
    await fill(store);
    const changes: [string, (row: LedgerRow) => Partial<LedgerRow>][] = [
      ['time', ({ at }) => ({ at: at + 1 })],
      ['kind', () => ({ kind: 'erase' })],
      ['person', () => ({ person: 'somebody else' })],
      ['programme', () => ({ programme: 'other' })],
      ['reference', () => ({ ref: 'd9' })],
      ['body', ({ body }) => ({ body: body!.replace('0.3', '0.4') })],
      ['digest', () => ({ digest: '0'.repeat(64) })],
      ['chain', () => ({ chain: '0'.repeat(64) })],
    ];
    for (const [what, change] of changes) {
      const check = await verifyLedger(
        told(store, (row) => (row.seq === 4 ? { ...row, ...change(row) } : row)),
      );
      expect(check, what).toEqual({ ok: false, rows: 3, brokenAt: 4 });
    }
    const shorter = told(store, (row) => (row.seq >= 4 ? { ...row, seq: row.seq - 1 } : row));
    expect((await verifyLedger(shorter)).ok).toBe(false);
  });

  it('counts decisions alike for the fold, and gives it the rest row by row', async () => {
    const store = await opened(open);
    await fill(store);
    const all = await store.readLedger(0, 100);
    expect(all.upTo).toBe(8);
    const hour = Math.floor(NOON / HOUR);
    const alike = { programme: 'welcome', option: 'a', arm: 'treated', learn: true, hour };
    const counted = [...all.decisions].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    expect(counted).toEqual([
      { ...alike, first: false, count: 1 },
      { ...alike, first: true, count: 1 },
      { ...alike, option: 'silence', learn: false, first: true, count: 1 },
    ]);
    expect(all.entries.map(({ seq, kind, person: own, merge: made }) => [seq, kind, own, made])).toEqual([
      [2, 'programme', undefined, undefined],
      [5, 'signal', 'p', undefined],
      [6, 'signal', 'p', undefined],
      [7, 'merge', 'p', merge],
      [8, 'erase', 'nobody', undefined],
    ]);
  });

  it('is read in stretches that neither overlap nor leave anything out', async () => {
    const store = await opened(open);
    await fill(store);
    let [after, decisions] = [0, 0];
    const seqs: number[] = [];
    for (let step = 0; step < 20; step++) {
      const chunk = await store.readLedger(after, 3);
      decisions += chunk.decisions.reduce((sum, { count }) => sum + count, 0);
      seqs.push(...chunk.entries.map(({ seq }) => seq));
      if (chunk.upTo === after) break;
      after = chunk.upTo;
    }
    expect([after, decisions, seqs]).toEqual([8, 3, [2, 5, 6, 7, 8]]);
    expect(await store.readLedger(8, 3)).toEqual({ upTo: 8, decisions: [], entries: [] });
  });
}

export function decisionsOfContract(open: () => Promise<Store>): void {
  it('reads the decisions of one programme, newest first, with their credits', async () => {
    const store = await opened(open);
    await fill(store);
    await put(store, {
      decisions: [first(decision('d4', { programme: 'other' })), repeated(decision('d5'))],
    });
    const credit = {
      decision: 'd2',
      programme: 'welcome',
      person: 'p',
      signal: 'Order Completed',
      worth: 0.5,
    };
    await store.commitFold({
      ...{ expected: 0, position: 1, credits: [credit], removedCredits: [], rewards: [], removedRewards: [] },
      ...{ outcomes: [], forgotten: [], snapshots: [] },
    });
    const found = await store.decisionsOf('welcome', Number.MAX_SAFE_INTEGER, 100);
    expect(found.next).toBeUndefined();
    expect(found.decisions.map(({ decision: own }) => own.id)).toEqual(['d5', 'd3', 'd2', 'd1']);
    expect(found.decisions.map(({ credits }) => credits)).toEqual([
      [],
      [],
      [{ signal: 'Order Completed', worth: 0.5 }],
      [],
    ]);
    expect(JSON.stringify(found.decisions[3]!.decision)).toBe(JSON.stringify(decision('d1')));
    expect(await store.decisionsOf('none', Number.MAX_SAFE_INTEGER, 100)).toEqual({ decisions: [] });
  });

  it('goes on where it stopped, without repeating or leaving anything out', async () => {
    const store = await opened(open);
    await fill(store);
    const ids: string[] = [];
    for (let before: number | undefined = Number.MAX_SAFE_INTEGER; before !== undefined;) {
      const found: Awaited<ReturnType<Store['decisionsOf']>> = await store.decisionsOf('welcome', before, 2);
      ids.push(...found.decisions.map(({ decision: own }) => own.id));
      before = found.next;
    }
    expect(ids).toEqual(['d3', 'd2', 'd1']);
  });
}

const fill2 = (store: Store): Promise<void> => put(store, { decisions: [repeated(decision('d4'))] });
