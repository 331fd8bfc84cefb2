import type { Limits } from '../../core/contracts/destination.ts';

export interface Batches<Item> {
  /** In the order of the items; each within the limits of one request. */
  batches: Item[][];
  /** Items that no request can carry. */
  oversize: Item[];
}

/**
 * Cuts items into requests. `bytesOf` gives the UTF-8 length of an item as the platform receives it; each item costs
 * one byte more for the comma that joins it to the next.
 */
export function intoBatches<Item>(
  items: readonly Item[],
  limits: Limits,
  bytesOf: (item: Item) => number,
): Batches<Item> {
  const cut: Batches<Item> = { batches: [], oversize: [] };
  let room = 0;
  for (const item of items) {
    const bytes = bytesOf(item) + 1;
    if (bytes - 1 > Math.min(limits.bytesPerItem.value, limits.bytesPerRequest.value)) {
      cut.oversize.push(item);
      continue;
    }
    const last = cut.batches.at(-1);
    if (last !== undefined && bytes <= room && last.length < limits.itemsPerRequest.value) {
      last.push(item);
    } else {
      cut.batches.push([item]);
      room = limits.bytesPerRequest.value;
    }
    room -= bytes;
  }
  return cut;
}

/** Two halves of a refused batch, or nothing when a single item is to blame. */
export function inHalves<Item>(items: readonly Item[]): Item[][] {
  if (items.length < 2) return [];
  const middle = Math.ceil(items.length / 2);
  return [items.slice(0, middle), items.slice(middle)];
}
