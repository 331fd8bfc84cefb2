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
export const MEAN_ORDERS = 5;
const NOISE_ORDERS = 2;
const FIRST_VARIANCE = 1;

export const NO_ORDERS: OrderSums = { orders: 0, logs: 0, squares: 0 };

export const addOrders = (one: OrderSums, other: OrderSums): OrderSums => ({
  orders: one.orders + other.orders,
  logs: one.logs + other.logs,
  squares: one.squares + other.squares,
});

/** Variance of the logarithms of orders, which all options share. */
export function noiseOf(options: readonly OrderSums[]): number {
  let [within, count] = [NOISE_ORDERS * FIRST_VARIANCE, NOISE_ORDERS];
  for (const { orders, logs, squares } of options) {
    if (orders <= 0) continue;
    within += Math.max(0, squares - (logs * logs) / orders);
    count += Math.max(0, orders - 1);
  }
  return within / count;
}

/**
 * What an order of each option is worth: its logarithm is a normal whose mean is held to that of all options, and whose variance
 * all options share, so that an order is worth exp(mean + variance / 2) (conjugate; Gelman et al., "Bayesian Data Analysis",
 * 3rd ed., 3.3 and 5.4). On the logarithm, one order of a thousand times the rest moves its option's mean by ln(1000) / orders;
 * the variance that it also moves is common to all options and does not rank them.
 */
export function orderSizes(options: readonly OrderSums[]): OrderSize[] {
  const { orders, logs } = options.filter((own) => own.orders > 0).reduce(addOrders, NO_ORDERS);
  const centre = orders > 0 ? logs / orders : 0;
  const noise = noiseOf(options);
  return options.map((own) => {
    const log = (MEAN_ORDERS * centre + own.logs) / (MEAN_ORDERS + own.orders);
    // worths are shares of a cap: none is above 1, and no square above what it is the square of
    const mean = Math.min(1, Math.exp(log + noise / 2));
    return { mean, square: Math.min(mean, mean * mean * Math.exp(noise)) };
  });
}
