/** Orders of one option: how many, and sums of the logarithms of what they were worth and of the squares of these. Sums only. */
export interface OrderSums {
  orders: number;
  logs: number;
  squares: number;
}

/** What an order is worth on average, and the mean of its square. */
export interface OrderSize {
  mean: number;
  square: number;
}

/** Prior weights: orders at the pooled mean of logarithms, observations of the guessed variance of them. */
const MEAN_ORDERS = 5;
const NOISE_ORDERS = 2;
const FIRST_VARIANCE = 1;

/**
 * What an order of each option is worth: its logarithm is a normal whose mean is held to that of all options, and whose variance
 * all options share, so that an order is worth exp(mean + variance / 2) (conjugate; Gelman et al., "Bayesian Data Analysis",
 * 3rd ed., 3.3 and 5.4). On the logarithm, one order of a thousand times the rest moves its option's mean by ln(1000) / orders;
 * the variance that it also moves is common to all options and does not rank them.
 */
export function orderSizes(options: readonly OrderSums[]): OrderSize[] {
  let [orders, logs, within, count] = [0, 0, NOISE_ORDERS * FIRST_VARIANCE, NOISE_ORDERS];
  for (const own of options) {
    if (own.orders <= 0) continue;
    orders += own.orders;
    logs += own.logs;
    within += Math.max(0, own.squares - (own.logs * own.logs) / own.orders);
    count += Math.max(0, own.orders - 1);
  }
  const centre = orders > 0 ? logs / orders : 0;
  const noise = within / count;
  return options.map((own) => {
    const log = (MEAN_ORDERS * centre + own.logs) / (MEAN_ORDERS + own.orders);
    // worths are shares of a cap: none is above 1, and no square above what it is the square of
    const mean = Math.min(1, Math.exp(log + noise / 2));
    return { mean, square: Math.min(mean, mean * mean * Math.exp(noise)) };
  });
}
