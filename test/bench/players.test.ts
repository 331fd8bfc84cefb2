import { describe, expect, it } from 'vitest';
import type { Player } from '../../bench/learn/play.ts';
import { play } from '../../bench/learn/play.ts';
import { betaThompson, exploreThenCommit, textbookLinear, ucb1, uniform } from '../../bench/learn/players.ts';
import { served } from '../../bench/learn/served-player.ts';
import { sleeping } from '../../bench/learn/worlds/sleeping.ts';
import { smallEffects } from '../../bench/learn/worlds/small-effects.ts';
import type { World } from '../../bench/learn/worlds/world.ts';

const PLAYERS: Record<string, (world: World) => Player> = {
  'A/B': uniform,
  'explore, commit': exploreThenCommit,
  UCB1: ucb1,
  'Beta TS': betaThompson,
  LinTS: textbookLinear,
  auto: (world) => served(world),
};

describe('options that sleep', () => {
  it.each(Object.entries(PLAYERS))('are chosen by nobody: %s', (_name, make) => {
    const world = { ...sleeping(1), rounds: 1_500 };
    const player = make(world);
    const chosen = new Set<number>();
    const watched: Player = {
      choose: (t, rng) => {
        const option = player.choose(t, rng);
        expect(world.open![t * world.options + option]).toBe(1);
        chosen.add(option);
        return option;
      },
      learn: (t, option, reward) => player.learn(t, option, reward),
    };
    expect(play(world, watched, 1).regret).toBeGreaterThanOrEqual(0);
    expect(chosen.size).toBeGreaterThan(2);
  });

  it('cost nothing to who knows the best of those that do not', () => {
    const world = sleeping(2);
    const { options, open, chances } = world;
    const best = (t: number): number => {
      let found = 0;
      for (let a = 1; a < options; a++) {
        const better = chances[t * options + a]! > chances[t * options + found]!;
        if (open![t * options + a] === 1 && better) found = a;
      }
      return found;
    };
    expect(play(world, { choose: best, learn: () => undefined }, 2).regret).toBe(0);
  });
});

it('small effects are small: the best option earns a few percent more than the average one', () => {
  for (const seed of [0, 1, 2, 3]) {
    const { chances, options } = smallEffects(seed);
    const rates = chances.slice(0, options);
    const average = rates.reduce((sum, rate) => sum + rate, 0) / options;
    expect(Math.max(...rates) / average).toBeGreaterThan(1);
    expect(Math.max(...rates) / average).toBeLessThan(1.06);
  }
});
