/** One decision whose outcome is known: features, option, reward. */
export interface Row {
  x: Float64Array;
  /** Number of the option in its model. */
  option: number;
  reward: number;
  /** 1, or what the row counts for. */
  weight: number;
}
