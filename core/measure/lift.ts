import type { ArmTotal, ModelState } from '../learn/model.ts';
import { valueOf } from '../maths/compensated-sum.ts';

export interface ArmSummary {
  persons: number;
  /** Reward per person. */
  mean: number;
}

export interface Lift {
  treated: ArmSummary;
  holdout: ArmSummary;
  /** Reward per person, treated minus holdout. */
  difference: number;
  /** Interval of the difference that holds at every look together; undefined below 2 persons in an arm. */
  interval?: { low: number; high: number; level: number } | undefined;
}

/** Persons per arm at which the interval is tightest; it is valid at every size. */
const TIGHTEST_AT = 5_000;
const LEVEL = 0.95;

function moments({ persons, sum, sumOfSquares }: ArmTotal): { mean: number; variance: number } {
  if (persons === 0) return { mean: 0, variance: 0 };
  const mean = valueOf(sum) / persons;
  return { mean, variance: Math.max(0, valueOf(sumOfSquares) / persons - mean * mean) };
}

/**
 * Half width of an asymptotic confidence sequence for a mean of `n` values with standard deviation `sd`
 * (Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas, "Time-uniform central limit theory and asymptotic confidence
 * sequences", 2024, eq. 9), so that looking every day is safe.
 */
export function sequenceHalfWidth(sd: number, n: number, alpha: number, tightestAt = TIGHTEST_AT): number {
  // rho that minimises the width there, from the same paper's appendix B.2
  const rho2 = (-2 * Math.log(alpha) + Math.log(-2 * Math.log(alpha) + 1)) / tightestAt;
  const scaled = n * rho2 + 1;
  return sd * Math.sqrt(((2 * scaled) / (n * n * rho2)) * Math.log(Math.sqrt(scaled) / alpha));
}

/** Lift of the policy over its holdout: intention to treat, by person, each arm with half of the error. */
export function liftOf(state: ModelState): Lift {
  const { treated, holdout } = state.arms;
  const [a, b] = [moments(treated), moments(holdout)];
  const difference = a.mean - b.mean;
  const arms = {
    treated: { persons: treated.persons, mean: a.mean },
    holdout: { persons: holdout.persons, mean: b.mean },
  };
  if (treated.persons < 2 || holdout.persons < 2) return { ...arms, difference };
  const alpha = (1 - LEVEL) / 2;
  const half =
    sequenceHalfWidth(Math.sqrt(a.variance), treated.persons, alpha) +
    sequenceHalfWidth(Math.sqrt(b.variance), holdout.persons, alpha);
  return { ...arms, difference, interval: { low: difference - half, high: difference + half, level: LEVEL } };
}
