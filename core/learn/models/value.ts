/** Orders of one option: trials, how many ordered, and sums of the logarithms of what they were worth. Sums only. */
export interface ValueTotal {
  trials: number;
  orders: number;
  logs: number;
  squares: number;
}

/** Adds `count` trials of which one order was worth `value` (0: none); a negative count takes them back. */
export function addValue(total: ValueTotal, value: number, count = 1): void {
  total.trials += count;
  if (value <= 0) return;
  const log = Math.log(value);
  total.orders += count;
  total.logs += count * log;
  total.squares += count * log * log;
}

/** Prior weights: trials at the pooled rate, orders at the pooled mean, observations of the guessed log-variance. */
const RATE_TRIALS = 30;
const MEAN_ORDERS = 5;
const NOISE_ORDERS = 2;
const FIRST_VARIANCE = 1;

/**
 * Mean and variance of the expected worth of a trial of each option: P(order) is a Beta, the logarithm of an order's worth
 * a normal whose variance all options share, and the worth of an order exp(mean + variance / 2). On the logarithm, one
 * order of a thousand times the rest moves its option's mean by ln(1000) / orders; the variance that it also moves
 * is common to all options and does not rank them.
 */
export function valueMoments(totals: readonly ValueTotal[]): { mean: number; variance: number }[] {
  const all = totals.reduce(
    (sum, t) => ({ trials: sum.trials + t.trials, orders: sum.orders + t.orders, logs: sum.logs + t.logs }),
    { trials: RATE_TRIALS, orders: 1, logs: 0 },
  );
  const rate = all.orders / all.trials;
  const centre = all.orders > 1 ? all.logs / (all.orders - 1) : 0;
  let [within, count] = [NOISE_ORDERS * FIRST_VARIANCE, NOISE_ORDERS];
  for (const { orders, logs, squares } of totals) {
    if (orders === 0) continue;
    within += Math.max(0, squares - (logs * logs) / orders);
    count += orders - 1;
  }
  const noise = within / Math.max(1, count);
  return totals.map(({ trials, orders, logs }) => {
    const n = RATE_TRIALS + trials;
    const p = (RATE_TRIALS * rate + orders) / n;
    const log = (MEAN_ORDERS * centre + logs) / (MEAN_ORDERS + orders);
    const mean = p * Math.exp(log + noise / 2);
    // delta method: relative variances of a product add up
    const relative = (1 - p) / (p * (n + 1)) + noise / (MEAN_ORDERS + orders);
    return { mean, variance: mean * mean * relative };
  });
}
