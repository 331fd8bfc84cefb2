import type { Rng } from '../contracts/rng.ts';

/** Draws one option, or one of whatever else, by its propensity. `options` is not empty. */
export function draw<Option extends { propensity: number }>(options: readonly Option[], rng: Rng): Option {
  let left = rng.uniform();
  for (const option of options) {
    left -= option.propensity;
    if (left < 0) return option;
  }
  // rounding may leave 1e-16 of probability: it belongs to the likeliest, not to the last
  return options.reduce((best, option) => (option.propensity > best.propensity ? option : best));
}
