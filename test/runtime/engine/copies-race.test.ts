import { describe, expect, it } from 'vitest';
import type { Store } from '../../../core/contracts/store.ts';
import { openMemoryStore } from '../../../runtime/store/memory-store.ts';
import { onlyItsOwn, proveCopies } from '../../support/proofs/copies.ts';
import { FAULTS } from '../../support/proofs/faults.ts';
import { postgresServer } from '../../support/postgres.ts';
import { copiesOf } from '../../support/store-copies.ts';

const server = await postgresServer();

type Open = () => Promise<Store[]>;

/** Two engines that take turns in one store of this process, as copies do in a database. */
const inMemory: Open = () => {
  const store = openMemoryStore();
  return Promise.resolve([store, store]);
};

/** `npm run prove` has the longer run. */
const STORES: [string, number, Open][] = [
  ['memory', 1_280, inMemory],
  ...(server
    ? [
        ['PostgreSQL', 640, async () => copiesOf(await server.database(), 2, { retryMs: 10_000 })] as [
          string,
          number,
          Open,
        ],
      ]
    : []),
];

describe('64 callers at once of two copies, about the same few people', () => {
  it.each(STORES)(
    'on %s %i decisions keep every limit, and refuse nothing that has room',
    async (_, decisions, open) => {
      const { counts, wrong } = await proveCopies(await open(), decisions, '0');
      expect(wrong).toEqual([]);
      const { sends = 0, refused = 0, merges = 0 } = counts;
      expect(sends).toBeGreaterThan(decisions / 40);
      expect(refused).toBeGreaterThan(decisions / 2);
      expect(merges).toBeGreaterThan(10);
    },
  );

  it.each([
    ['a copy knows its own messages only', onlyItsOwn()],
    ['what all share is counted before the last batch', FAULTS['counted before the last batch']],
  ])('it is seen when %s', async (_, fault) => {
    const { wrong } = await proveCopies(await inMemory(), 1_280, '0', fault);
    expect(wrong).not.toEqual([]);
  });
});
