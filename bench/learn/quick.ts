import { play } from './play.ts';
import { served } from './served-player.ts';
import { summarise } from './summary.ts';
import { knownPersons, lateOutcomes } from './worlds/contexts.ts';
import { fixedRates } from './worlds/fixed-rates.ts';
import type { World } from './worlds/world.ts';

const ROUNDS = 10_000;
const SEEDS = [0, 1, 2, 3, 4];

/** Mean regret and its standard error over seeds 0-4 and the first 10,000 rounds, November 2026. */
const REFERENCE: readonly { make: (seed: number) => World; mean: number; se: number }[] = [
  { make: fixedRates, mean: 54.5, se: 19.6 },
  { make: knownPersons, mean: 178.9, se: 12.2 },
  { make: lateOutcomes, mean: 232.7, se: 4.8 },
];

export interface QuickResult {
  world: string;
  mean: number;
  se: number;
  /** Reference mean and four of its standard errors. */
  most: number;
}

/** The first rounds of three worlds: fast enough for every change. */
export function quickResults(): QuickResult[] {
  return REFERENCE.map(({ make, mean, se }) => {
    const regrets = SEEDS.map((seed) => {
      const world = { ...make(seed), rounds: ROUNDS };
      return play(world, served(world), seed).regret;
    });
    return { world: make(0).id, ...summarise(regrets), most: mean + 4 * se };
  });
}

/** Prints the results; whether all are within their bounds. */
export function runQuick(): boolean {
  const results = quickResults();
  for (const { world, mean, se, most } of results) {
    const own = `${mean.toFixed(1)} (SE ${se.toFixed(1)})`;
    process.stdout.write(`${world.padEnd(4)} regret ${own}, at most ${most.toFixed(1)}\n`);
  }
  return results.every(({ mean, most }) => mean <= most);
}
