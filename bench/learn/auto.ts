import { ContextBeliefs } from '../../core/learn/models/context-beliefs.ts';
import type { RewardSums } from '../../core/learn/models/pooled-linear.ts';
import { packedLength } from '../../core/maths/cholesky.ts';
import { EXPLORATION, withFloor } from '../../core/policies/context-policy.ts';
import { winsOf } from '../../core/policies/thompson.ts';
import { design } from './design.ts';
import type { Player } from './play.ts';
import { drawFrom } from './players.ts';
import type { World } from './worlds/world.ts';

/** Beliefs are worked out anew when there are so many more outcomes: a programme's are with every fold. */
const GROWTH = 0.02;

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

/** The policy under test, as a programme would have it: what it believes follows from sums, and its propensities are drawn from. */
export function auto(world: World): Player {
  const { features, contexts, groups, secondOrder } = design(world);
  const known = Array.from({ length: world.options }, () => emptySums(features));
  let beliefs = new ContextBeliefs({ groups, secondOrder }, known);
  let [seen, next] = [0, 1];
  const at = (t: number): Float64Array => contexts.subarray(t * features, (t + 1) * features);
  return {
    choose(t, rng) {
      if (seen >= next) {
        beliefs = new ContextBeliefs({ groups, secondOrder }, known);
        next = seen * (1 + GROWTH);
      }
      const wins = winsOf(known.map((_, a) => beliefs.belief(at(t), a, true)));
      return drawFrom(withFloor(wins, EXPLORATION), rng);
    },
    learn(t, option, reward) {
      addRow(known[option]!, at(t), reward, 1);
      seen++;
    },
  };
}
