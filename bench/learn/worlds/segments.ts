import { rngFromNumber } from '../../../core/maths/xoshiro.ts';
import type { World } from './world.ts';
import { sigmoid } from './world.ts';

const SEGMENTS = 40;
const OPTIONS = 6;
const ROUNDS = 60_000;
const ZIPF = 1.1;

/** E7: forty segments of unequal size whose rates differ from the options' own by `heterogeneity` in log-odds. */
export function segments(seed: number, heterogeneity: number): World {
  const rng = rngFromNumber(7000 + seed);
  const rates = new Float64Array(SEGMENTS * OPTIONS);
  for (let a = 0; a < OPTIONS; a++) {
    const own = -3 + 0.3 * rng.normal();
    for (let s = 0; s < SEGMENTS; s++) rates[s * OPTIONS + a] = sigmoid(own + heterogeneity * rng.normal());
  }
  const sizes = Array.from({ length: SEGMENTS }, (_, s) => (s + 1) ** -ZIPF);
  const all = sizes.reduce((sum, n) => sum + n, 0);
  const features = SEGMENTS + 1;
  const contexts = new Float64Array(ROUNDS * features);
  const chances = new Float64Array(ROUNDS * OPTIONS);
  const luck = new Float64Array(ROUNDS);
  for (let t = 0; t < ROUNDS; t++) {
    let left = rng.uniform() * all;
    let s = 0;
    while (s < SEGMENTS - 1 && (left -= sizes[s]!) >= 0) s++;
    contexts[t * features] = 1;
    contexts[t * features + 1 + s] = 1;
    chances.set(rates.subarray(s * OPTIONS, (s + 1) * OPTIONS), t * OPTIONS);
    luck[t] = rng.uniform();
  }
  const columns = Array.from({ length: SEGMENTS }, (_, s) => s + 1);
  const size = { rounds: ROUNDS, options: OPTIONS, features };
  const fields = [{ kind: 'category' as const, columns }];
  return { id: `E7 ${heterogeneity}`, ...size, fields, contexts, chances, luck, delay: 0, refresh: 1 };
}
