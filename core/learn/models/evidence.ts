import { factorize, rowStart, solveLower, solveUpper } from '../../maths/cholesky.ts';
import type { Belief, GroupPrior } from './group-prior.ts';

/** What the rows of one option say, apart from the prior: of the form exp(response' w - w' information w / 2). */
export interface Evidence {
  /** Packed lower triangle of the sum of x x' over the noise. */
  information: Float64Array;
  response: Float64Array;
}

export const logistic = (logOdds: number): number => 1 / (1 + Math.exp(-logOdds));

/** What is known of the constant of one option beside the prior of all: what is added to its mean, and to its variance. */
export interface Constant {
  offset: number;
  unsure: number;
}

const AS_ALL: Constant = { offset: 0, unsure: 0 };

/** Brings a belief in line with a prior and evidence: precision = prior + information, mean = precision^-1 (...). */
export function solve(
  prior: GroupPrior,
  { information, response }: Evidence,
  belief: Belief,
  constant: Constant = AS_ALL,
): void {
  const { mean, factor } = belief;
  factor.set(information);
  for (let i = 0; i < mean.length; i++) {
    const { offset, unsure } = i === 0 ? constant : AS_ALL;
    const precision = 1 / (prior.varianceOf(i) + unsure);
    factor[rowStart(i) + i]! += precision;
    mean[i] = response[i]! + precision * (prior.mean[i]! + offset);
  }
  factorize(factor, mean.length, factor);
  solveLower(factor, mean, mean);
  solveUpper(factor, mean, mean);
}
