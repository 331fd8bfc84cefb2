import type { RewardSums } from '../../core/learn/models/reward-sums.ts';
import { packedLength } from '../../core/maths/cholesky.ts';

interface Sums extends RewardSums {
  information: Float64Array;
  response: Float64Array;
}

export const emptySums = (features: number): Sums => ({
  weight: 0,
  information: new Float64Array(packedLength(features)),
  response: new Float64Array(features),
  squares: 0,
  sizes: 0,
});

/** Adds the outcome of one decision. */
export function addRow(sums: Sums, x: Float64Array, reward: number, weight: number): void {
  sums.weight += weight;
  sums.squares += weight * reward * reward;
  sums.sizes += weight * Math.abs(reward);
  let at = 0;
  for (let i = 0; i < x.length; i++) {
    const scaled = weight * x[i]!;
    sums.response[i]! += scaled * reward;
    for (let j = 0; j <= i; j++) sums.information[at++]! += scaled * x[j]!;
  }
}
