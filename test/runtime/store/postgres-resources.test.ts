import { describe, expect, it } from 'vitest';
import type { ReservationWrite } from '../../../core/contracts/resources.ts';
import { NEVER } from '../../../core/domain/resource.ts';
import { opened } from '../../support/opened.ts';
import { postgresServer } from '../../support/postgres.ts';
import { DAY, NOON } from '../../support/programmes.ts';
import { facts, put } from '../../support/store-writes.ts';

const server = await postgresServer();

/** More than twice of what is taken in at once. */
const MANY = 11_000;

const many = (changes: (i: number) => Partial<ReservationWrite>): ReservationWrite[] =>
  Array.from({ length: MANY }, (_, i) => {
    return { resource: 'r', id: `d${i}`, at: NOON, amount: 1, endsAt: NEVER, ...changes(i) };
  });

const asked = async (store: Parameters<typeof facts>[0], now: number): Promise<number | undefined> => {
  const found = await facts(store, { resources: [{ key: 'r', codes: 0 }], now });
  return found.resources![0]?.taken;
};

describe.skipIf(server === undefined)('a resource nobody asked about for a long time', () => {
  it('is not said to have room before everything that was reported is counted', async () => {
    const store = await opened(() => server!.store());
    await put(store, { reservations: many(() => ({})) });
    const seen = [await asked(store, NOON), await asked(store, NOON), await asked(store, NOON)];
    expect(seen).toEqual([undefined, undefined, MANY]);
    await put(store, { reservations: many((i) => ({ endsAt: i % 2 === 0 ? 0 : NEVER })) });
    expect(await store.taken(['r', 'none'], NOON)).toEqual([
      { key: 'r', taken: MANY / 2 },
      { key: 'none', taken: 0 },
    ]);
  });

  it('never counts less than is taken while it looks at all that has ended', async () => {
    const store = await opened(() => server!.store());
    // 9 end in each ms, and a fifth of all never
    const endsAt = (i: number): number => (i % 5 === 0 ? NEVER : NOON + Math.floor(i / 9));
    await put(store, { reservations: many((i) => ({ endsAt: endsAt(i) })) });
    expect(await store.taken(['r'], NOON - 1)).toEqual([{ key: 'r', taken: MANY }]);
    const seen: number[] = [];
    for (let i = 0; i < 3; i++) seen.push((await asked(store, NOON + DAY))!);
    expect(seen.at(-1)).toBe(MANY / 5);
    expect(seen).toEqual([...seen].sort((a, b) => b - a));
    expect(await store.taken(['r'], NOON - 1)).toEqual([{ key: 'r', taken: MANY }]);
    expect(await store.taken(['r'], NOON + DAY)).toEqual([{ key: 'r', taken: MANY / 5 }]);
  });

  it('comes to an end where all of it ends at once', async () => {
    const store = await opened(() => server!.store());
    await put(store, { reservations: many(() => ({ endsAt: NOON })) });
    expect(await store.taken(['r'], NOON - 1)).toEqual([{ key: 'r', taken: MANY }]);
    expect(await asked(store, NOON)).toBe(0);
  });
});
