import type { Row } from './rows.ts';

/** One decision whose outcome may still come. */
export interface Open {
  x: Float64Array;
  option: number;
  /** F(age) / F(window): how much of a failure it is by now (`core/learn/models/delay.ts`). */
  share: number;
  /** Bucket of its age and cell of its context: what is added up. */
  age: number;
  cell: string;
}

/**
 * Open decisions as few rows of fractional failures: those of one option, context cell and bucket of age become one row
 * with their mean features and the sum of their shares. Where cells are coarser than contexts this is an
 * approximation; the mean log-odds of a cell stand for those of its members.
 */
export function aggregatePending(open: Iterable<Open>): Row[] {
  const cells = new Map<string, Row>();
  for (const { x, option, share, age, cell } of open) {
    if (share <= 0) continue;
    const key = `${option} ${age} ${cell}`;
    let row = cells.get(key);
    if (!row) cells.set(key, (row = { x: new Float64Array(x.length), option, reward: 0, weight: 0 }));
    row.weight += share;
    for (let j = 0; j < x.length; j++) row.x[j]! += (share * (x[j]! - row.x[j]!)) / row.weight;
  }
  return [...cells.values()];
}
