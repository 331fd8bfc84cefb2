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

/** Prior weights: orders at the pooled mean of logarithms and of their pooled variance, observations of the guessed variance of them. */
export const MEAN_ORDERS = 5;
/** One order of a thousand times the rest is to move its option by little, also where it has no more than some hundred. */
const SPREAD_ORDERS = 1_500;
const NOISE_ORDERS = 2;
const FIRST_VARIANCE = 1;

export const NO_ORDERS: OrderSums = { orders: 0, logs: 0, squares: 0 };

export const addOrders = (one: OrderSums, other: OrderSums): OrderSums => ({
  orders: one.orders + other.orders,
  logs: one.logs + other.logs,
  squares: one.squares + other.squares,
});

/** Sum of the squares of logarithms about their mean. */
const spreadOf = ({ orders, logs, squares }: OrderSums): number =>
  orders > 0 ? Math.max(0, squares - (logs * logs) / orders) : 0;

/** Variance of the logarithms of orders, of all options together. */
export function noiseOf(options: readonly OrderSums[]): number {
  let [within, count] = [NOISE_ORDERS * FIRST_VARIANCE, NOISE_ORDERS];
  for (const own of options) {
    within += spreadOf(own);
    count += Math.max(0, own.orders - 1);
  }
  return within / count;
}

/**
 * What an order of each option is worth: its logarithm is a normal whose mean and variance are held to those of all options, so that an order
 * is worth exp(mean + variance / 2) (conjugate; Gelman et al., "Bayesian Data Analysis", 3rd ed., 3.3 and 5.4). On the logarithm, one order
 * of a thousand times the rest moves its option's mean by ln(1000) / orders, and its variance, which is held by many orders, by little.
 */
export function orderSizes(options: readonly OrderSums[]): OrderSize[] {
  const { orders, logs } = options.filter((own) => own.orders > 0).reduce(addOrders, NO_ORDERS);
  const centre = orders > 0 ? logs / orders : 0;
  const common = noiseOf(options);
  return options.map((own) => {
    const noise = (SPREAD_ORDERS * common + spreadOf(own)) / (SPREAD_ORDERS + Math.max(0, own.orders - 1));
    const log = (MEAN_ORDERS * centre + own.logs) / (MEAN_ORDERS + own.orders);
    // worths are shares of a cap: none is above 1, and no square above what it is the square of
    const mean = Math.min(1, Math.exp(log + noise / 2));
    return { mean, square: Math.min(mean, mean * mean * Math.exp(noise)) };
  });
}
