import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Limits } from '../../../core/contracts/destination.ts';
import { inHalves, intoBatches } from '../../../runtime/delivery/batches.ts';

function limits(items: number, bytesPerItem: number, bytesPerRequest: number): Limits {
  const sourced = (value: number) => ({ value, source: 'test', date: '2026-11-22' });
  return {
    requests: sourced(1),
    windowMs: sourced(1),
    maxConcurrent: 1,
    itemsPerRequest: sourced(items),
    bytesPerItem: sourced(bytesPerItem),
    bytesPerRequest: sourced(bytesPerRequest),
  };
}

const size = (bytes: number) => bytes;

describe('intoBatches', () => {
  it('loses nothing, keeps the order and never exceeds a limit', () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 60 });
    const bounds = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 50 }));
    fc.assert(
      fc.property(sizes, bounds, fc.integer({ min: 50, max: 200 }), (items, [count, bytesPerItem], bytes) => {
        const { batches, oversize } = intoBatches(items, limits(count, bytesPerItem, bytes), size);
        expect(batches.flat()).toEqual(items.filter((item) => item <= bytesPerItem));
        expect(oversize).toEqual(items.filter((item) => item > bytesPerItem));
        for (const batch of batches) {
          expect(batch.length).toBeGreaterThan(0);
          expect(batch.length).toBeLessThanOrEqual(count);
          const wire = batch.reduce((sum, item) => sum + item, 0) + batch.length - 1;
          expect(wire).toBeLessThanOrEqual(bytes);
        }
      }),
    );
  });

  it('fills a request before it begins the next one', () => {
    expect(intoBatches([1, 1, 1, 1, 1], limits(2, 9, 99), size).batches).toEqual([[1, 1], [1, 1], [1]]);
    expect(intoBatches([4, 4, 4], limits(9, 9, 10), size).batches).toEqual([[4, 4], [4]]);
  });

  it('takes an item of exactly the limit and refuses one byte more', () => {
    const { batches, oversize } = intoBatches([9, 10, 9], limits(1, 9, 99), size);
    expect(batches).toEqual([[9], [9]]);
    expect(oversize).toEqual([10]);
  });
});

describe('inHalves', () => {
  it('ends at a single item', () => {
    expect(inHalves([1])).toEqual([]);
    expect(inHalves([1, 2])).toEqual([[1], [2]]);
    expect(inHalves([1, 2, 3])).toEqual([[1, 2], [3]]);
  });
});
