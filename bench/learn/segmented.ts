import type { Player } from './play.ts';
import { gamma, largest } from './players.ts';
import type { World } from './worlds/world.ts';

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
