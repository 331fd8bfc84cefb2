import { expect, it } from 'vitest';
import { openMemoryStore } from '../../../runtime/store/memory-store.ts';
import { folder } from '../../support/folders.ts';
import { proveConsent } from '../../support/proofs/consent.ts';

/** `npm run prove` has the longer run. */
const CALLS = 12_000;

it(`${CALLS} calls while people say yes and no and the store fails: nothing goes out where that is closed, on no rung`, async () => {
  const { counts, wrong } = await proveConsent(openMemoryStore(), CALLS, '2', await folder());
  expect(wrong).toEqual([]);
  // that every rung had something to do, and there was something to send and something in the way
  const { full = 0, silence = 0, sends = 0, closed = 0, events = 0, default: usual = 0 } = counts;
  expect(full).toBeGreaterThan(CALLS / 2);
  expect(silence).toBeGreaterThan(CALLS / 100);
  expect(sends).toBeGreaterThan(CALLS / 4);
  expect(closed).toBeGreaterThan(CALLS / 6);
  expect(events).toBeGreaterThan(CALLS / 8);
  expect(usual).toBeGreaterThan(CALLS / 100);
  expect(counts['of the same time']).toBeGreaterThan(CALLS / 100);
  expect(counts['last-model']).toBeGreaterThan(CALLS / 50);
  expect(counts['sends below full']).toBeGreaterThan(CALLS / 25);
  expect(counts['closed below full']).toBeGreaterThan(CALLS / 50);
});
