import { rngFromNumber } from '../../../core/maths/xoshiro.ts';
import { knownPersons } from './contexts.ts';
import type { World } from './world.ts';
import { shuffle } from './world.ts';

const OPTIONS = 10;
const ROUNDS = 50_000;

/** Ten options from 1 to 5 %, shuffled; nothing else is known of anybody. `swapped`: rates turn over at half time. */
function rates(id: string, seed: number, swapped: boolean): World {
  const rng = rngFromNumber(1000 + seed);
  const p = Float64Array.from({ length: OPTIONS }, (_, i) => 0.01 + (0.04 * i) / 9);
  shuffle(rng, p);
  const luck = Float64Array.from({ length: ROUNDS }, () => rng.uniform());
  const chances = new Float64Array(ROUNDS * OPTIONS);
  const later = swapped ? p.map((x) => 0.06 - x) : p;
  for (let t = 0; t < ROUNDS; t++) chances.set(t < ROUNDS / 2 ? p : later, t * OPTIONS);
  const contexts = new Float64Array(ROUNDS).fill(1);
  const size = { rounds: ROUNDS, options: OPTIONS, features: 1, fields: [] };
  return { id, ...size, contexts, chances, luck, delay: 0, refresh: 1 };
}

/** E1: ten fixed rates. */
export const fixedRates = (seed: number): World => rates('E1', seed, false);

/** E4a: E1 whose rates turn over at half time: the best becomes the worst. */
export const swappedRates = (seed: number): World => rates('E4a', seed, true);

/** E1 for persons of whom twelve features are known that mean nothing. */
export function uselessFeatures(seed: number): World {
  const { features, fields, contexts } = knownPersons(seed + 50);
  return { ...rates('E1 + useless features', seed, false), features, fields, contexts };
}
