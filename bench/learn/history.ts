import type { LoggedSend } from '../../core/learn/models/warm-start.ts';
import { readHistory } from '../../core/learn/models/warm-start.ts';
import { rngFromNumber } from '../../core/maths/xoshiro.ts';
import { auto } from './auto.ts';
import { design } from './design.ts';
import { play } from './play.ts';
import { knownPersons } from './worlds/contexts.ts';

const SENDS = 5_000;

/** A uniform send log of the world of `seed`. */
function log(seed: number): LoggedSend[] {
  const world = knownPersons(seed);
  const { features, contexts } = design(world);
  const rng = rngFromNumber(12_000 + seed);
  return Array.from({ length: SENDS }, () => {
    const t = Math.floor(rng.uniform() * world.rounds);
    const option = Math.floor(rng.uniform() * world.options);
    const reward = rng.uniform() < world.chances[t * world.options + option]! ? 1 : 0;
    const x = contexts.slice(t * features, (t + 1) * features);
    return { x, option, reward, propensity: 1 / world.options };
  });
}

/** Regret in E2 after a warm start from the world's own log, or from that of another world. */
export function playWarm(seed: number, history: 'right' | 'wrong'): number {
  const world = knownPersons(seed);
  const read = readHistory(log(history === 'right' ? seed : seed + 1_000), world.options);
  if ('refused' in read) throw new Error(read.refused);
  return play(world, auto(world, read.rows), seed).regret;
}
