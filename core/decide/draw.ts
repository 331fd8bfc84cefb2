import type { Rng } from '../contracts/rng.ts';
import type { ScoredOption } from '../domain/decision.ts';

/** Draws one option by its propensity. `options` is not empty. */
export function draw(options: readonly ScoredOption[], rng: Rng): ScoredOption {
  let left = rng.uniform();
  for (const option of options) {
    left -= option.propensity;
    if (left < 0) return option;
  }
  // rounding may leave 1e-16 of probability: it belongs to the likeliest, not to the last
  return options.reduce((best, option) => (option.propensity > best.propensity ? option : best));
}
