import { rngFromNumber } from '../../../core/maths/xoshiro.ts';

/** E6: six options from 2 to 4 % whose orders come after 2 to 48 hours on average, the best ones last. Times in hours. */
export const ORDERS = {
  options: 6,
  rates: [0.02, 0.024, 0.028, 0.032, 0.036, 0.04],
  delays: [2, 2, 2, 6, 24, 48],
  window: 168,
  sends: 60_000,
  hours: 720,
  refresh: 4,
} as const;

export interface LateOrders {
  /** One uniform number a send decides whether it orders, another how late. */
  luck: Float64Array;
  lateness: Float64Array;
  /** Chance of an order inside the window, by option. */
  chances: number[];
}

export function lateOrders(seed: number): LateOrders {
  const rng = rngFromNumber(3000 + seed);
  const { sends, rates, delays, window } = ORDERS;
  const luck = new Float64Array(sends);
  const lateness = new Float64Array(sends);
  for (let t = 0; t < sends; t++) {
    luck[t] = rng.uniform();
    lateness[t] = -Math.log(1 - rng.uniform());
  }
  return { luck, lateness, chances: rates.map((rate, a) => rate * (1 - Math.exp(-window / delays[a]!))) };
}
