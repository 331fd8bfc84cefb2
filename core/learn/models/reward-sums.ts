/** What is guessed of an option before anything is known: one reward of the usual size, 1 where nothing is known of that, in so many trials. */
export const FIRST_TRIALS = 30;
/** Least variance of rewards, as a share of their mean square: were they all alike, nothing could be divided by it. */
const LEAST_VARIANCE = 1e-3;

/** Sums over the rows of one option. */
export interface RewardSums {
  /** Sum of the weights. */
  weight: number;
  /** Packed lower triangle of the sum of x x'. */
  information: ArrayLike<number>;
  /** Sum of x times reward. */
  response: ArrayLike<number>;
  /** Sum of the squares of rewards. */
  squares: number;
  /** Sum of the sizes of rewards, whatever their sign. */
  sizes: number;
}

interface Rewards {
  mean: number;
  variance: number;
  /** Mean square over mean size: what a reward is when there is one. */
  size: number;
}

/** What rewards are like, of all options together. */
export function rewardsOf(known: readonly RewardSums[]): Rewards {
  let [trials, sum, squares, sizes] = [FIRST_TRIALS, 0, 0, 0];
  for (const own of known) {
    trials += own.weight;
    sum += own.response[0]!;
    squares += own.squares;
    sizes += own.sizes;
  }
  // a value is far below its cap as a rule: a guess of that would outweigh all that is known
  const usual = squares > 0 && sizes > 0 ? squares / sizes : 1;
  [sum, squares, sizes] = [sum + usual, squares + usual * usual, sizes + usual];
  const [mean, square] = [sum / trials, squares / trials];
  return { mean, variance: Math.max(square - mean * mean, LEAST_VARIANCE * square), size: squares / sizes };
}
