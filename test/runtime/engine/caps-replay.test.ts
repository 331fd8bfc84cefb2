import { describe, expect, it } from 'vitest';
import type { Store } from '../../../core/contracts/store.ts';
import { openMemoryStore } from '../../../runtime/store/memory-store.ts';
import { openSqliteStore } from '../../../runtime/store/sqlite/sqlite-store.ts';
import { folder } from '../../support/folders.ts';
import { opened } from '../../support/opened.ts';
import { proveCaps } from '../../support/proofs/caps.ts';
import { FAULTS } from '../../support/proofs/faults.ts';
import { tight } from '../../support/proofs/limited.ts';

/** `npm run prove` has the longer run. */
const STORES: [string, number, () => Promise<Store>][] = [
  ['memory', 2_000, async () => Promise.resolve(openMemoryStore())],
  ['SQLite', 1_000, () => opened(async () => openSqliteStore(await folder()))],
];

describe('F2: among sends, aborts, merges, repeats and late events of 64 callers', () => {
  it.each(STORES)('on %s %i decisions keep every limit, and waste no place', async (_, decisions, open) => {
    const { counts, wrong } = await proveCaps(await open(), decisions, '0');
    expect(wrong).toEqual([]);
    // that everything had something to do
    const { sends = 0, caps = 0, budget = 0, inventory = 0, capacity = 0, merges = 0, events = 0 } = counts;
    expect(counts.late).toBeGreaterThan(decisions / 20);
    for (const count of [sends, caps, events]) expect(count).toBeGreaterThan(decisions / 10);
    for (const count of [budget, inventory, capacity, merges]) expect(count).toBeGreaterThan(decisions / 50);
  });

  it('no more messages really leave together than caps allow, however late', async () => {
    const { counts, wrong } = await proveCaps(openMemoryStore(), 2_000, '0', { programmes: tight(2_000) });
    expect(wrong).toEqual([]);
    expect(counts.late).toBeGreaterThan(100);
  });

  it.each([
    'a message counts from when it was decided on',
    'a place is free while its message may still be sent',
  ])('messages really leave too close together when %s', async (name) => {
    const given = { fault: FAULTS[name]!, programmes: tight(2_000) };
    const { counts } = await proveCaps(openMemoryStore(), 2_000, '0', given);
    expect(counts['too close']).toBeGreaterThan(0);
  });

  it.each(Object.entries(FAULTS))('it is seen when %s', async (_, fault) => {
    const { wrong } = await proveCaps(openMemoryStore(), 1_000, '0', { fault });
    expect(wrong).not.toEqual([]);
  });
});
