import { expect, it } from 'vitest';
import type { ReservationWrite, ResourceFact } from '../../core/contracts/resources.ts';
import type { Store } from '../../core/contracts/store.ts';
import { NEVER } from '../../core/domain/resource.ts';
import { rngFromText } from '../../core/maths/xoshiro.ts';
import { verifyLedger } from '../../runtime/store/verify-ledger.ts';
import { opened } from '../support/opened.ts';
import { HOUR, NOON } from '../support/programmes.ts';
import {
  aliasesOf,
  contact,
  decision,
  facts,
  first,
  person,
  put,
  query,
  writes,
} from '../support/store-writes.ts';

const reservation = (id: string, changes: Partial<ReservationWrite> = {}): ReservationWrite => {
  return { resource: 'r', id, at: NOON, amount: 1, endsAt: NOON + HOUR, ...changes };
};

const POOL = 'pool/spring';
const coded = (id: string, code: string, endsAt = NEVER): ReservationWrite =>
  reservation(id, { resource: POOL, code, endsAt });

async function ask(store: Store, key: string, now: number, codes = 0): Promise<ResourceFact> {
  const found = await facts(store, { resources: [{ key, codes }], now });
  return found.resources![0]!;
}

export function resourceContract(open: () => Promise<Store>): void {
  it('says what is taken of a resource: nothing of a new one, and of each no more than its own', async () => {
    const store = await opened(open);
    expect(await ask(store, 'r', NOON)).toEqual({ key: 'r', taken: 0, asOf: NOON, codes: [] });
    await put(store, {
      reservations: [reservation('a', { amount: 3 }), reservation('a', { resource: 'other', amount: 5 })],
    });
    expect(await ask(store, 'r', NOON)).toMatchObject({ taken: 3, next: NOON + HOUR });
    expect(await store.taken(['other', 'r', 'none'], NOON)).toEqual([
      { key: 'other', taken: 5 },
      { key: 'r', taken: 3 },
      { key: 'none', taken: 0 },
    ]);
    const none = await facts(store, {});
    expect(none.resources).toBeUndefined();
  });

  it('counts what was reserved until its end, and when it was changed as it was written last', async () => {
    const store = await opened(open);
    await put(store, { reservations: [reservation('a'), reservation('b', { endsAt: NEVER })] });
    expect(await ask(store, 'r', NOON + HOUR - 1)).toMatchObject({ taken: 2, next: NOON + HOUR });
    expect(await ask(store, 'r', NOON + HOUR)).toMatchObject({ taken: 1, next: NEVER });
    // it ended, and turns out to have been sent after all
    await put(store, { reservations: [reservation('a', { endsAt: NOON + 3 * HOUR })] });
    expect(await ask(store, 'r', NOON + HOUR)).toMatchObject({ taken: 2 });
    await put(store, { reservations: [reservation('b', { endsAt: 0 })] });
    expect(await ask(store, 'r', NOON + HOUR)).toMatchObject({ taken: 1 });
    expect(await ask(store, 'r', NOON + 3 * HOUR)).toMatchObject({ taken: 0 });
  });

  it('agrees with adding everything up, whatever is changed and however clocks jump', async () => {
    const store = await opened(open);
    const rng = rngFromText('resources');
    const below = (n: number): number => Math.floor(rng.uniform() * n);
    const all = new Map<string, ReservationWrite>();
    for (let step = 0; step < 150; step++) {
      const some = new Map<string, ReservationWrite>();
      for (let i = below(4); i > 0; i--) {
        const endsAt = [0, NEVER, NOON + below(100) * HOUR, NOON + below(100) * HOUR][below(4)]!;
        const resource = `r${below(3)}`;
        const made = reservation(`d${below(40)}`, { resource, amount: 1 + below(1_000_000), endsAt });
        some.set(`${resource} ${made.id}`, made);
      }
      await put(store, { reservations: [...some.values()] });
      for (const [key, made] of some) all.set(key, made);
      const [key, now] = [`r${below(3)}`, NOON + below(110) * HOUR];
      const standing = [...all.values()].filter((r) => r.resource === key && r.endsAt > now);
      const sum = standing.reduce((total, { amount }) => total + amount, 0);
      const next = standing.length === 0 ? undefined : Math.min(...standing.map((r) => r.endsAt));
      const first = standing.filter((r) => r.endsAt === next && r.endsAt < NEVER);
      const ending = first.reduce((total, { amount }) => total + amount, 0) || undefined;
      expect(await ask(store, key, now)).toEqual({ key, taken: sum, asOf: now, next, ending, codes: [] });
      expect(await store.taken([key], now)).toEqual([{ key, taken: sum }]);
    }
  });

  it('lets those who ask for a resource run in turn: each sees what the one before took', async () => {
    const store = await opened(open);
    const seen: number[] = [];
    await Promise.all(
      Array.from({ length: 40 }, (_, i) => {
        const asking = query({ resources: [{ key: 'r', codes: 0 }], now: NOON });
        return store.transact(asking, ({ resources }) => {
          seen.push(resources![0]!.taken);
          return writes({ reservations: [reservation(`d${i}`)] });
        });
      }),
    );
    expect(seen).toEqual(Array.from({ length: 40 }, (_, i) => i));
  });

  it('takes nothing when the work throws', async () => {
    const store = await opened(open);
    await put(store, { reservations: [reservation('a')] });
    const failing = store.transact(query({ resources: [{ key: 'r', codes: 0 }], now: NOON }), () => {
      throw new Error('on purpose');
    });
    await expect(failing).rejects.toThrow('on purpose');
    expect(await ask(store, 'r', NOON)).toMatchObject({ taken: 1 });
  });

  it('keeps each code of a pool once, and names those it had', async () => {
    const store = await opened(open);
    expect(await store.addCodes('spring', ['b', 'a'])).toEqual([]);
    expect(await store.addCodes('spring', ['c', 'a', '%', 'o\'h"{},'])).toEqual(['a']);
    expect(await store.addCodes('autumn', ['a'])).toEqual([]);
    expect(await ask(store, POOL, NOON, 9)).toMatchObject({ taken: 0 });
    expect(new Set((await ask(store, POOL, NOON, 9)).codes)).toEqual(
      new Set(['a', 'b', 'c', '%', 'o\'h"{},']),
    );
    expect((await ask(store, POOL, NOON, 2)).codes).toHaveLength(2);
    expect((await ask(store, POOL, NOON)).codes).toEqual([]);
    expect(await store.pools(NOON)).toEqual([
      { pool: 'autumn', codes: 1, free: 1 },
      { pool: 'spring', codes: 5, free: 5 },
    ]);
  });

  it('names free codes: those never given out first, then those that were given back, none that is held', async () => {
    const store = await opened(open);
    await store.addCodes('spring', ['a', 'b', 'c']);
    await put(store, { reservations: [coded('d1', 'a', NOON + HOUR), coded('d2', 'b')] });
    expect((await ask(store, POOL, NOON, 9)).codes).toEqual(['c']);
    expect((await ask(store, POOL, NOON + HOUR, 9)).codes).toEqual(['c', 'a']);
    await put(store, { reservations: [coded('d2', 'b', 0)] });
    expect(new Set((await ask(store, POOL, NOON, 9)).codes)).toEqual(new Set(['b', 'c']));
    expect(await store.pools(NOON)).toEqual([{ pool: 'spring', codes: 3, free: 2 }]);
  });

  it('gives no code away that one of two may have been sent', async () => {
    const store = await opened(open);
    await store.addCodes('spring', ['a']);
    await put(store, { reservations: [coded('d1', 'a', NOON)] });
    // d1 lapsed, d2 got its code, d1 turns out to have been sent, d2 is given back
    await put(store, { reservations: [coded('d2', 'a', NOON + HOUR)] });
    await put(store, { reservations: [coded('d1', 'a')] });
    await put(store, { reservations: [coded('d2', 'a', NOON)] });
    expect((await ask(store, POOL, NOON + HOUR, 9)).codes).toEqual([]);
  });

  it('tells the ledger of every change, without a person', async () => {
    const store = await opened(open);
    await put(store, { reservations: [reservation('a'), coded('a', 'x')] });
    await put(store, { reservations: [reservation('a', { endsAt: 0 })] });
    const rows = await store.ledger(1, 10);
    expect(rows.map(({ kind, person: own, ref }) => [kind, own, ref])).toEqual([
      ['reservation', null, 'a'],
      ['reservation', null, 'a'],
      ['reservation', null, 'a'],
    ]);
    expect(rows.map(({ body }) => JSON.parse(body!) as unknown)).toEqual([
      reservation('a'),
      coded('a', 'x'),
      reservation('a', { endsAt: 0 }),
    ]);
    expect(await verifyLedger(store)).toEqual({ ok: true, rows: 3 });
    const { entries } = await store.readLedger(0, 10);
    expect(entries.map(({ kind, person: own }) => [kind, own])).toEqual(
      rows.map(({ kind }) => [kind, undefined]),
    );
  });

  it('keeps what a forgotten person took, and nothing that says who that was', async () => {
    const store = await opened(open);
    const own = person('p', 'user:u');
    const made = decision('d1', { person: 'p' });
    await store.addCodes('spring', ['a']);
    await put(store, {
      persons: [own],
      aliases: aliasesOf(own),
      decisions: [first(made)],
      contacts: [{ ...contact(made), reservations: [{ resource: POOL, amount: 1, code: 'a' }] }],
      reservations: [coded('d1', 'a')],
    });
    await put(store, { persons: [own], erased: [{ person: 'p', at: NOON }] });
    const lists = { credits: [], removedCredits: [], rewards: [], removedRewards: [], snapshots: [] };
    await store.commitFold({ expected: 0, position: 3, forgotten: ['p'], outcomes: [], ...lists });
    expect(await ask(store, POOL, NOON, 9)).toMatchObject({ taken: 1, codes: [] });
    const rows = (await store.ledger(1, 10)).filter(({ kind }) => kind === 'reservation');
    expect(JSON.stringify(rows)).not.toMatch(/user:u|"p"/);
    expect(await verifyLedger(store)).toMatchObject({ ok: true });
  });

  it('keeps with a contact what it took', async () => {
    const store = await opened(open);
    const own = person('p', 'user:u');
    const took = [{ resource: 'r', amount: 2, until: NOON + HOUR, code: 'x', givenBackBy: ['done'] }];
    const made = { ...contact(decision('d1')), reservations: took };
    await put(store, {
      persons: [own],
      aliases: aliasesOf(own),
      contacts: [made],
    });
    const found = await facts(store, { persons: [{ aliases: ['user:u'], sendKeys: [] }] });
    expect(found.contacts).toEqual([made]);
  });
}
