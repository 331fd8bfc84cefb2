import { factorize, rowStart, solveLower, solveUpper } from '../../maths/cholesky.ts';
import type { Belief, GroupPrior, Told } from './group-prior.ts';

/** What the rows of one option say, apart from the prior: of the form exp(response' w - w' information w / 2). */
export interface Evidence {
  /** Packed lower triangle of the sum of x x' over the noise. */
  information: Float64Array;
  response: Float64Array;
}

export const logistic = (logOdds: number): number => 1 / (1 + Math.exp(-logOdds));

/** Brings a belief in line with a prior, what is told beside it, and evidence: precision = prior + information, mean = precision^-1 (...). */
export function solve(
  prior: GroupPrior,
  { information, response }: Evidence,
  belief: Belief,
  told?: Told,
): void {
  const { mean, factor } = belief;
  factor.set(information);
  for (let i = 0; i < mean.length; i++) {
    const precision = 1 / (prior.varianceOf(i) + (told?.unsure[i] ?? 0));
    factor[rowStart(i) + i]! += precision;
    mean[i] = response[i]! + precision * (prior.mean[i]! + (told?.offset[i] ?? 0));
  }
  factorize(factor, mean.length, factor);
  solveLower(factor, mean, mean);
  solveUpper(factor, mean, mean);
}
