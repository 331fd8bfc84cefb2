import type { Interval, LinearEstimate } from './linear-estimates.ts';
import { intervalOf, REACH } from './linear-estimates.ts';

interface Estimate {
  estimate: number;
  interval: Interval;
}

const varianceOf = ({ interval }: Estimate): number => ((interval.high - interval.low) / (2 * REACH)) ** 2;

function either(one: Estimate, other: Estimate, share: number): Estimate {
  const estimate = share * one.estimate + (1 - share) * other.estimate;
  const within = share * varianceOf(one) + (1 - share) * varianceOf(other);
  const between = share * (1 - share) * (one.estimate - other.estimate) ** 2;
  return { estimate, interval: intervalOf(estimate, Math.sqrt(within + between)) };
}

/** What is believed of an option where `one` holds with a probability, and otherwise `other`: their mean and variance. */
export function eitherEstimate<Own extends LinearEstimate>(one: Own, other: Own, probability: number): Own {
  const coefficients = one.coefficients?.map((own, j) => {
    return { ...own, ...either(own, other.coefficients?.[j] ?? own, probability) };
  });
  return {
    ...one,
    ...either(one, other, probability),
    propensity: probability * one.propensity + (1 - probability) * other.propensity,
    ...(coefficients && { coefficients }),
  };
}
