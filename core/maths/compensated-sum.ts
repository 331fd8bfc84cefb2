/**
 * A running sum with its compensation (Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen",
 * 1974): adding numbers in another order, or taking one back, changes the result by about one unit in the last place.
 */
export interface CompensatedSum {
  sum: number;
  lost: number;
}

export const ZERO_SUM: CompensatedSum = { sum: 0, lost: 0 };

export function plus(total: CompensatedSum, x: number): CompensatedSum {
  const sum = total.sum + x;
  const lost = Math.abs(total.sum) >= Math.abs(x) ? total.sum - sum + x : x - sum + total.sum;
  return { sum, lost: total.lost + lost };
}

export const valueOf = (total: CompensatedSum): number => total.sum + total.lost;
