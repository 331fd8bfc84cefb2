import { bestBetaProbabilities } from '../maths/best-beta.ts';
import { bestNormalProbabilities } from '../maths/best-normal.ts';
import type { Belief, Rule } from './belief.ts';

/** Probability that each option is the best, of independent beliefs. Betas over different ranges are taken to be normal. */
export function winsOf(beliefs: readonly Belief[]): Float64Array {
  const first = beliefs[0]?.shape;
  const alike = beliefs.every(({ shape }) => shape && shape.low === first!.low && shape.high === first!.high);
  if (alike) return bestBetaProbabilities(beliefs.map(({ shape }) => shape!));
  const means = new Float64Array(beliefs.length);
  const sds = new Float64Array(beliefs.length);
  for (let a = 0; a < beliefs.length; a++) {
    means[a] = beliefs[a]!.mean;
    sds[a] = beliefs[a]!.sd;
  }
  return bestNormalProbabilities(means, sds, new Float64Array(means.length));
}

/**
 * Thompson sampling with its probabilities worked out first (Thompson 1933; Russo et al., "A Tutorial on Thompson
 * Sampling", 2018): what is drawn from is what is logged.
 */
export const thompson: Rule = {
  method: (learner) => `${learner}; panel quadrature, error < 1e-3`,
  choose: winsOf,
};
