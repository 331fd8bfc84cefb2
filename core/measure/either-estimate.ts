import type { Believed } from './compared-contexts.ts';
import { intervalOf, REACH } from './interval.ts';
import type { LinearEstimate } from './linear-estimates.ts';

const varianceOf = ({ interval }: Believed): number => ((interval.high - interval.low) / (2 * REACH)) ** 2;

function either(one: Believed, other: Believed, share: number): Believed {
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
  const [known, plain] = [one.eligible?.instead, other.eligible?.instead];
  const instead = known && { ...known, ...either(known, plain ?? known, probability) };
  return {
    ...one,
    ...either(one, other, probability),
    ...(one.eligible && { eligible: { ...one.eligible, instead } }),
    propensity: probability * one.propensity + (1 - probability) * other.propensity,
    ...(coefficients && { coefficients }),
  };
}
