import { SharedLogistic, SlotFeatures } from '../../core/learn/models/factored.ts';
import { rngFromNumber } from '../../core/maths/xoshiro.ts';
import { EXPLORATION, withFloor } from '../../core/policies/context-policy.ts';
import { jointWins } from '../../core/policies/joint-thompson.ts';
import type { Player } from './play.ts';
import { drawFrom, largest } from './players.ts';
import { gamma } from './players.ts';
import { SLOTS } from './worlds/components.ts';
import type { World } from './worlds/world.ts';

const DRAWS = 200;
/** Probabilities of the combinations are worked out anew after so many outcomes. */
const REFRESH = 100;
const SCALE = 0.7;

/** Slots chosen together from one logistic model of pieces and pairs of pieces. */
export function factored(_world: World, seed: number): Player {
  const features = new SlotFeatures(SLOTS);
  const candidates = features.all().map((chosen) => features.of(chosen));
  const shared = new SharedLogistic(features.groups, [2]);
  const rng = rngFromNumber(500_000 + seed);
  let p: Float64Array = new Float64Array(0);
  return {
    choose: (t, draws) => {
      if (t % REFRESH === 0) {
        const wins = jointWins(shared.model.beliefs[0]!, candidates, { scale: SCALE, draws: DRAWS, rng });
        p = withFloor(wins, EXPLORATION);
      }
      return drawFrom(p, draws);
    },
    learn: (_t, option, reward) => shared.learn({ x: candidates[option]!, reward, weight: 1 }),
  };
}

/** Beta Thompson sampling for each segment (the category of the context) on its own, from Beta(1, 20). */
export function segmentedThompson({ options, features, contexts }: World): Player {
  const wins = new Float64Array(features * options).fill(1);
  const losses = new Float64Array(features * options).fill(20);
  const start = (t: number): number => {
    const x = contexts.subarray(t * features + 1, (t + 1) * features);
    return largest(x) * options;
  };
  return {
    choose: (t, rng) => {
      const at = start(t);
      return largest(
        Array.from({ length: options }, (_, a) => {
          const win = gamma(wins[at + a]!, rng);
          return win / (win + gamma(losses[at + a]!, rng));
        }),
      );
    },
    learn: (t, option, reward) => {
      wins[start(t) + option]! += reward;
      losses[start(t) + option]! += 1 - reward;
    },
  };
}
