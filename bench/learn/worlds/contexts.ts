import type { Xoshiro } from '../../../core/maths/xoshiro.ts';
import { rngFromNumber } from '../../../core/maths/xoshiro.ts';
import type { Field, World } from './world.ts';
import { sigmoid } from './world.ts';

const OPTIONS = 8;
const FEATURES = 12;
const ROUNDS = 50_000;
const YES = [0.5, 0.3, 0.2, 0.6];

const FIELDS: readonly Field[] = [
  ...[1, 2, 3, 4].map((column): Field => ({ kind: 'flag', columns: [column] })),
  ...[5, 6, 7, 8].map((column): Field => ({ kind: 'number', columns: [column] })),
  { kind: 'category', columns: [9, 10, 11] },
];

/** Option by option: what each feature adds to the log-odds. */
function weights(rng: Xoshiro): Float64Array {
  const w = new Float64Array(OPTIONS * FEATURES);
  for (let i = 0; i < w.length; i++) w[i] = rng.normal() * (i % FEATURES === 0 ? 0.3 : 0.7);
  return w;
}

/** A constant, four yes-or-no features, four normal ones, and one category of three. */
function person(rng: Xoshiro, x: Float64Array): void {
  x[0] = 1;
  for (let j = 0; j < YES.length; j++) x[1 + j] = rng.uniform() < YES[j]! ? 1 : 0;
  for (let j = 5; j < 9; j++) x[j] = rng.normal();
  const u = rng.uniform();
  x[u < 0.5 ? 9 : u < 0.8 ? 10 : 11] = 1;
}

function chance(w: Float64Array, option: number, x: Float64Array): number {
  const at = option * FEATURES;
  let logOdds = -0.8 + w[at]!;
  for (let j = 1; j < 5; j++) logOdds += w[at + j]! * (x[j]! - YES[j - 1]!);
  for (let j = 5; j < FEATURES; j++) logOdds += w[at + j]! * x[j]!;
  return 0.01 + 0.09 * sigmoid(logOdds);
}

interface Form {
  id: string;
  /** Options trade their weights at half time. */
  swapped?: boolean;
  delay?: number;
  refresh?: number;
}

function persons(seed: number, { id, swapped = false, delay = 0, refresh = 1 }: Form): World {
  const rng = rngFromNumber(2000 + seed);
  const w = weights(rng);
  const contexts = new Float64Array(ROUNDS * FEATURES);
  const chances = new Float64Array(ROUNDS * OPTIONS);
  const luck = new Float64Array(ROUNDS);
  for (let t = 0; t < ROUNDS; t++) {
    const x = contexts.subarray(t * FEATURES, (t + 1) * FEATURES);
    person(rng, x);
    luck[t] = rng.uniform();
    const shift = swapped && t >= ROUNDS / 2 ? OPTIONS / 2 : 0;
    for (let a = 0; a < OPTIONS; a++) {
      chances[t * OPTIONS + a] = chance(w, (a + shift) % OPTIONS, x);
    }
  }
  const size = { rounds: ROUNDS, options: OPTIONS, features: FEATURES, fields: FIELDS };
  return { id, ...size, contexts, chances, luck, delay, refresh };
}

/** E2: eight options whose chances (1 to 10 %) depend on twelve features. */
export const knownPersons = (seed: number): World => persons(seed, { id: 'E2' });

/** E3: E2 where outcomes are known a day (2,500 rounds) later and are read every 250 rounds. */
export const lateOutcomes = (seed: number): World => persons(seed, { id: 'E3', delay: 2_500, refresh: 250 });

/** E4b: E2 where option `a` behaves like option `a + 4` from half time on. */
export const swappedPersons = (seed: number): World => persons(seed, { id: 'E4b', swapped: true });
