import fc from 'fast-check';
import { expect, it } from 'vitest';
import { backoffMs, BUDGET_MS, isExhausted } from '../../../runtime/delivery/backoff.ts';

const rng = (value: number) => ({ uniform: () => value });
const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

it('waits between 1 s and 10 min, whatever failed how often', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5000 }), chance, (failures, value) => {
      const wait = backoffMs(failures, rng(value));
      expect(wait).toBeGreaterThanOrEqual(1000);
      expect(wait).toBeLessThanOrEqual(600_000);
    }),
  );
});

it('doubles the ceiling with every failure and spreads the wait over all of it', () => {
  const ceilings = [1, 2, 3, 9, 10, 11].map((failures) => backoffMs(failures, rng(1)));
  expect(ceilings).toEqual([2000, 4000, 8000, 512_000, 600_000, 600_000]);
  expect(backoffMs(10, rng(0))).toBe(1000);
  expect(backoffMs(10, rng(0.5))).toBe(300_500);
});

it('gives up after 72 hours and not a moment earlier', () => {
  expect(BUDGET_MS).toBe(72 * 60 * 60 * 1000);
  expect(isExhausted(1000, 1000 + BUDGET_MS - 1)).toBe(false);
  expect(isExhausted(1000, 1000 + BUDGET_MS)).toBe(true);
});
