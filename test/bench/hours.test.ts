import { expect, it } from 'vitest';
import { playHours } from '../../bench/learn/hours.ts';

const small = { persons: 120, days: 60 };

it.each([
  ['alike', 1.35],
  ['differ', 1.25],
] as const)('people whose habits are %s are reached at hours that were learned', (habits, times) => {
  const [learned, any] = [playHours(1, habits, 'responsive', small), playHours(1, habits, 'even', small)];
  expect(learned.late / any.late).toBeGreaterThan(times);
  expect(learned.late).toBeGreaterThan(learned.all);
});
