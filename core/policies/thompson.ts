import { bestBetaProbabilities } from '../maths/best-beta.ts';
import { bestNormalProbabilities } from '../maths/best-normal.ts';
import type { Belief, Rule } from './belief.ts';

/** Probability that each option is the best, of independent beliefs. Betas over different ranges are taken to be normal. */
export function winsOf(beliefs: readonly Belief[]): Float64Array {
  const shapes = beliefs.flatMap(({ shape }) => shape ?? []);
  const [first] = shapes;
  const alike =
    shapes.length === beliefs.length &&
    shapes.every(({ low, high }) => low === first!.low && high === first!.high);
  if (alike) return bestBetaProbabilities(shapes);
  const means = Float64Array.from(beliefs, ({ mean }) => mean);
  const sds = Float64Array.from(beliefs, ({ sd }) => sd);
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
