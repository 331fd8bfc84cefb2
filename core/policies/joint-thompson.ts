import { factorize, packedLength, quadratic, rowStart } from '../maths/cholesky.ts';
import type { Belief } from '../learn/models/group-prior.ts';
import { dot } from '../learn/models/evidence.ts';

/** Standard normal numbers, handed in. */
export interface NormalRng {
  normal(): number;
}

export interface JointSettings {
  /** Share of the posterior's standard deviation that is drawn with. */
  scale: number;
  draws: number;
  rng: NormalRng;
}

/** More candidates than this are not compared one by one. */
export const MOST_CANDIDATES = 64;
/** Share of a variance that is added to itself: candidates may be sums of one another. */
const JITTER = 1e-9;

/** Factor of the covariance of the candidates' scores. */
function scoreFactor({ factor }: Belief, candidates: readonly Float64Array[]): Float64Array {
  const n = candidates.length;
  const solved = candidates.map((x) => {
    const z = new Float64Array(x.length);
    quadratic(factor, x, z);
    return z;
  });
  const covariance = new Float64Array(packedLength(n));
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) covariance[rowStart(i) + j] = dot(solved[i]!, solved[j]!);
    covariance[rowStart(i) + i]! *= 1 + JITTER;
    covariance[rowStart(i) + i]! += Number.MIN_VALUE ** 0.5;
  }
  return factorize(covariance, n, covariance);
}

/**
 * How often each candidate is the best in `draws` draws of one set of weights that all candidates share. Their scores
 * are correlated, so there is no integral over one dimension: these frequencies are the probabilities to draw the
 * decision from, once a floor is added, which makes what is logged exact although it is not the limit of many draws.
 */
export function jointWins(
  belief: Belief,
  candidates: readonly Float64Array[],
  { scale, draws, rng }: JointSettings,
): Float64Array {
  const n = candidates.length;
  if (n === 0 || n > MOST_CANDIDATES)
    throw new RangeError(`${n} candidates, expected 1 to ${MOST_CANDIDATES}`);
  const factor = scoreFactor(belief, candidates);
  const means = candidates.map((x) => dot(x, belief.mean));
  const wins = new Float64Array(n);
  const z = new Float64Array(n);
  for (let draw = 0; draw < draws; draw++) {
    let [best, most, at] = [0, -Infinity, 0];
    for (let i = 0; i < n; i++) {
      z[i] = rng.normal();
      let score = 0;
      for (let j = 0; j <= i; j++) score += factor[at++]! * z[j]!;
      score = means[i]! + scale * score;
      if (score > most) [best, most] = [i, score];
    }
    wins[best]! += 1 / draws;
  }
  return wins;
}
