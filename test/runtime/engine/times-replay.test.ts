import { describe, expect, it } from 'vitest';
import type { Store } from '../../../core/contracts/store.ts';
import { openMemoryStore } from '../../../runtime/store/memory-store.ts';
import { openSqliteStore } from '../../../runtime/store/sqlite/sqlite-store.ts';
import { folder } from '../../support/folders.ts';
import { opened } from '../../support/opened.ts';
import { TIME_FAULTS } from '../../support/proofs/planned-faults.ts';
import { proveTimes } from '../../support/proofs/times.ts';

/** `npm run prove` has the longer run. */
const STORES: [string, number, () => Promise<Store>][] = [
  ['memory', 1_500, async () => Promise.resolve(openMemoryStore())],
  ['SQLite', 700, () => opened(async () => openSqliteStore(await folder()))],
];

/** Of a seed that plays the days around a change of clocks. */
const SEED = '2';

describe('among messages that are planned, put off and looked at again, in every zone', () => {
  it.each(STORES)('on %s %i decisions are for open times, and leave none out', async (_, decisions, open) => {
    const { counts, wrong } = await proveTimes(await open(), decisions, SEED);
    expect(wrong).toEqual([]);
    // that everything had something to do
    const all = ['planned ahead', 'put off', 'decided again', 'looked at again', 'held back', 'asked again'];
    all.push('quiet-hours', 'dates', 'caps', 'budget', 'frequency', 'suppression', 'near a change of clocks');
    for (const what of all) expect(counts[what] ?? 0, what).toBeGreaterThan(2);
  });

  it.each(Object.entries(TIME_FAULTS))('it is seen when %s', async (_, fault) => {
    const { wrong } = await proveTimes(openMemoryStore(), 800, SEED, fault);
    expect(wrong).not.toEqual([]);
  });
});
