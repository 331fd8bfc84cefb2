import { factorize, rowStart, solveLower, solveUpper } from '../../maths/cholesky.ts';
import type { Belief, GroupPrior } from './group-prior.ts';
import type { Row } from './rows.ts';

/** What the rows of one option say, apart from the prior: of the form exp(response' w - w' information w / 2). */
export interface Evidence {
  /** Packed lower triangle of the sum of p (1 - p) x x'. */
  information: Float64Array;
  response: Float64Array;
}

export const logistic = (logOdds: number): number => 1 / (1 + Math.exp(-logOdds));

/** ln(1 + e^x) without overflow. */
export const softplus = (x: number): number =>
  x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x));

export function dot(x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]! * y[i]!;
  return sum;
}

/** Adds one row, linearised where its log-odds are believed to be `logOdds`, to what is known of its option. */
export function addRow(
  { information, response }: Evidence,
  { x, reward, weight }: Omit<Row, 'option'>,
  logOdds: number,
): void {
  const p = logistic(logOdds);
  const curve = weight * p * (1 - p);
  const pull = curve * logOdds + weight * (reward - p);
  for (let i = 0; i < x.length; i++) {
    const xi = x[i]!;
    if (xi === 0) continue;
    response[i]! += pull * xi;
    const row = rowStart(i);
    const scaled = curve * xi;
    for (let j = 0; j <= i; j++) information[row + j]! += scaled * x[j]!;
  }
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
