import type { Programme } from '../domain/programme.ts';
import type { Model } from '../learn/model.ts';
import { bestBetaProbabilities } from '../maths/best-beta.ts';
import { scoredOnce } from './option-scores.ts';
import { floored } from './policy.ts';
import type { Policy } from './policy.ts';

/**
 * Thompson sampling with its probabilities worked out first (Thompson 1933; Russo et al., "A Tutorial on Thompson
 * Sampling", 2018): what is drawn from is what is logged.
 */
export const weightedThompson = (programme: Programme, { state }: Model): Policy => ({
  method: 'weighted-thompson; panel quadrature, error < 1e-3',
  score: scoredOnce(programme, state, (_, posteriors) =>
    floored(programme, bestBetaProbabilities(posteriors)),
  ),
});
