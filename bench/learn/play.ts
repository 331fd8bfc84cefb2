import type { Xoshiro } from '../../core/maths/xoshiro.ts';
import { rngFromNumber } from '../../core/maths/xoshiro.ts';
import type { World } from './worlds/world.ts';
import { bestChances } from './worlds/world.ts';

/** Someone who decides in a world. Rounds are told by number: what is known of a round is looked up. */
export interface Player {
  choose(t: number, rng: Xoshiro): number;
  learn(t: number, option: number, reward: number): void;
}

export interface Outcome {
  /** Sum over rounds of the best option's chance less the chosen one's. */
  regret: number;
  /** Rewards per round. */
  rate: number;
}

/** Plays one world to its end. Its luck is the world's; the player's draws come from a stream of their own. */
export function play(world: World, player: Player, seed: number): Outcome {
  const rng = rngFromNumber(9000 + seed);
  const { rounds, options, chances, luck, delay, refresh } = world;
  const best = bestChances(world);
  const chosen = new Int32Array(rounds);
  const rewarded = new Uint8Array(rounds);
  let [regret, rewards, known] = [0, 0, 0];
  for (let t = 0; t < rounds; t++) {
    if (t % refresh === 0) {
      for (; known + delay < t || (delay > 0 && known + delay <= t); known++) {
        player.learn(known, chosen[known]!, rewarded[known]!);
      }
    }
    const option = player.choose(t, rng);
    const chance = chances[t * options + option]!;
    chosen[t] = option;
    rewarded[t] = luck[t]! < chance ? 1 : 0;
    regret += best[t]! - chance;
    rewards += rewarded[t]!;
  }
  return { regret, rate: rewards / rounds };
}
