import type { Rule } from './belief.ts';
import { winsOf } from './thompson.ts';

/**
 * Top-two Thompson sampling (Russo, "Simple Bayesian Algorithms for Best-Arm Identification", 2016), for finding the best
 * option soon rather than earning on the way: with probability `leader` the best of a draw, else the best of the first
 * later draw whose best is another. From win probabilities `wins` follow its propensities,
 * wins[a] (leader + (1 - leader) sum over b other than a of wins[b] / (1 - wins[b])), into `out`.
 */
export function topTwo(wins: Float64Array, out: Float64Array, leader = 0.5): Float64Array {
  const sure = wins.findIndex((p) => p >= 1);
  if (sure >= 0) {
    // no draw has another best: the challenger is any of the others
    const others = wins.length - 1;
    out.fill(others > 0 ? (1 - leader) / others : 0);
    out[sure] = others > 0 ? leader : 1;
    return out;
  }
  // sums of the others, not what is left of 1: the leader may be all but sure
  const others = (own: Float64Array, a: number): number =>
    own.reduce((sum, p, b) => (b === a ? sum : sum + p), 0);
  const odds = wins.map((p, a) => p / others(wins, a));
  for (let a = 0; a < wins.length; a++) out[a] = wins[a]! * (leader + (1 - leader) * others(odds, a));
  return out;
}

export const topTwoThompson: Rule = {
  method: () => 'top-two; panel quadrature, error < 1e-3',
  choose(beliefs) {
    const wins = winsOf(beliefs);
    return topTwo(wins, new Float64Array(wins.length));
  },
};
