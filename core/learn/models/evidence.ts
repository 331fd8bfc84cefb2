import { factorize, rowStart, solveLower, solveUpper } from '../../maths/cholesky.ts';
import type { Belief, GroupPrior } from './group-prior.ts';

/** What the rows of one option say, apart from the prior: of the form exp(response' w - w' information w / 2). */
export interface Evidence {
  /** Packed lower triangle of the sum of x x' over the noise. */
  information: Float64Array;
  response: Float64Array;
}

export const logistic = (logOdds: number): number => 1 / (1 + Math.exp(-logOdds));

export function dot(x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]! * y[i]!;
  return sum;
}

/** Brings a belief in line with a prior and evidence: precision = prior + information, mean = precision^-1 (...). */
export function solve(prior: GroupPrior, { information, response }: Evidence, belief: Belief): void {
  const { mean, factor } = belief;
  factor.set(information);
  for (let i = 0; i < mean.length; i++) {
    const precision = 1 / prior.varianceOf(i);
    factor[rowStart(i) + i]! += precision;
    mean[i] = response[i]! + precision * prior.mean[i]!;
  }
  factorize(factor, mean.length, factor);
  solveLower(factor, mean, mean);
  solveUpper(factor, mean, mean);
}
