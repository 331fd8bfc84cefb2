/** Regrets of many seeds in a few numbers. */
export interface Summary {
  seeds: number;
  mean: number;
  /** Standard error of the mean. */
  se: number;
  p90: number;
  max: number;
}

export function summarise(values: readonly number[]): Summary {
  const n = values.length;
  const mean = values.reduce((sum, x) => sum + x, 0) / n;
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / Math.max(1, n - 1);
  const sorted = [...values].sort((a, b) => a - b);
  const p90 = sorted[Math.min(n - 1, Math.ceil(0.9 * n) - 1)]!;
  return { seeds: n, mean, se: Math.sqrt(variance / n), p90, max: sorted[n - 1]! };
}

/** Mean of a sequence of ratios, multiplied. */
export const geometricMean = (ratios: readonly number[]): number =>
  Math.exp(ratios.reduce((sum, r) => sum + Math.log(r), 0) / ratios.length);
