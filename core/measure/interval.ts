export interface Interval {
  low: number;
  high: number;
  level: number;
}

/** Standard deviations on either side of the mean of a normal that hold 95 % of it. */
export const REACH = 1.959964;

export const intervalOf = (mean: number, sd: number): Interval => {
  return { low: mean - REACH * sd, high: mean + REACH * sd, level: 0.95 };
};
