import type { RowSums } from '../../core/learn/models/linear.ts';

/** One decision whose outcome is known, and what it counts for. */
export interface Row {
  x: Float64Array;
  reward: number;
  weight: number;
}

/** What a linear model is made from, added up row by row. */
export function summed(rows: readonly Row[], features: number): RowSums {
  const information: number[] = [];
  for (let i = 0; i < features; i++) {
    for (let j = 0; j <= i; j++) {
      information.push(rows.reduce((sum, { x, weight }) => sum + weight * x[i]! * x[j]!, 0));
    }
  }
  return {
    weight: rows.reduce((sum, { weight }) => sum + weight, 0),
    information,
    response: Array.from({ length: features }, (_, i) =>
      rows.reduce((sum, { x, reward, weight }) => sum + weight * reward * x[i]!, 0),
    ),
    squares: rows.reduce((sum, { reward, weight }) => sum + weight * reward * reward, 0),
  };
}
