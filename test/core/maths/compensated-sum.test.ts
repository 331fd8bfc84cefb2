import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CompensatedSum } from '../../../core/maths/compensated-sum.ts';
import { plus, valueOf, ZERO_SUM } from '../../../core/maths/compensated-sum.ts';

const total = (numbers: readonly number[], from: CompensatedSum = ZERO_SUM): CompensatedSum =>
  numbers.reduce(plus, from);

const money = fc.array(fc.double({ min: -500, max: 500, noNaN: true }), { minLength: 1, maxLength: 300 });

describe('compensated sum', () => {
  it('keeps what plain addition loses', () => {
    expect(valueOf(total([1, 1e100, 1, -1e100]))).toBe(2);
    expect(valueOf(total(Array.from({ length: 1_000_000 }, () => 0.1)))).toBeCloseTo(100_000, 9);
  });

  it('does not depend on the order', () => {
    const shuffled = money.chain((numbers) =>
      fc.tuple(fc.constant(numbers), fc.shuffledSubarray(numbers, { minLength: numbers.length })),
    );
    fc.assert(
      fc.property(shuffled, ([numbers, other]) => {
        expect(Math.abs(valueOf(total(numbers)) - valueOf(total(other)))).toBeLessThanOrEqual(1e-12);
      }),
      { seed: 11, numRuns: 300 },
    );
  });

  it('is what it was after something is added and taken back', () => {
    fc.assert(
      fc.property(money, money, (kept, taken) => {
        const before = total(kept);
        const after = total(
          taken.map((x) => -x),
          total(taken, before),
        );
        expect(Math.abs(valueOf(after) - valueOf(before))).toBeLessThanOrEqual(1e-12);
      }),
      { seed: 12, numRuns: 300 },
    );
  });

  it('takes shares of a cap back exactly', () => {
    const shares = Array.from({ length: 64 }, (_, i) => i / 64);
    const sum = total(
      shares.map((x) => -x),
      total(shares, total([0.5])),
    );
    expect(valueOf(sum)).toBe(0.5);
  });
});
