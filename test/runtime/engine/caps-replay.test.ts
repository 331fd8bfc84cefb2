import { expect, it } from 'vitest';
import { openMemoryStore } from '../../../runtime/store/memory-store.ts';
import { proveCaps } from '../../support/proofs/caps.ts';

/** `npm run prove` has the longer run. */
const DECISIONS = 100_000;

it(`${DECISIONS} decisions among sends, aborts, merges, repeats and late events keep every cap, and waste no place`, async () => {
  const { counts, wrong } = await proveCaps(openMemoryStore(), DECISIONS, '0');
  expect(wrong).toEqual([]);
  // that the caps had something to do
  const { sends, dropped, merges, events } = counts;
  expect(sends).toBeGreaterThan(DECISIONS * 0.2);
  expect(dropped).toBeGreaterThan(DECISIONS * 0.2);
  expect(merges).toBeGreaterThan(DECISIONS / 100);
  expect(events).toBeGreaterThan(DECISIONS / 3);
}, 300_000);
