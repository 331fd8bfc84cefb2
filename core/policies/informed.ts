import type { Contribution } from '../domain/contribution.ts';
import type { SumsAt } from '../learn/effective.ts';
import { withoutPast } from '../learn/effective.ts';
import type { ModelState } from '../learn/model.ts';
import type { Policy } from './policy.ts';

/**
 * A policy of what was learned here and elsewhere: with the probability that what is known from elsewhere holds here, the one that
 * goes by it, otherwise the one that does not (Thompson sampling over both). So a past that is wrong is found out, however
 * sure of itself it is.
 */
export function informed(
  { past }: Pick<ModelState, 'past'>,
  sumsAt: SumsAt,
  policyOn: (sumsAt: SumsAt) => Policy,
): Policy {
  if (!past || Object.keys(past.options).length === 0) return policyOn(sumsAt);
  const [within, without] = [policyOn(sumsAt), policyOn(withoutPast(sumsAt))];
  const { contributions: one } = within;
  const { contributions: other } = without;
  return {
    ...within,
    method: `${within.method}; with a prior from elsewhere`,
    score(eligible, asked) {
      const { related } = sumsAt(asked.at);
      const plain = without.score(eligible, asked);
      if (related === 0) return plain;
      const mix = (a: number, b: number): number => related * a + (1 - related) * b;
      return within.score(eligible, asked).map(({ option, propensity, score }, i) => ({
        option,
        propensity: mix(propensity, plain[i]!.propensity),
        score: mix(score, plain[i]!.score),
      }));
    },
    ...(one &&
      other && {
        contributions: (option, asked) => {
          const { related } = sumsAt(asked.at);
          return added(scaled(one(option, asked), related), scaled(other(option, asked), 1 - related));
        },
      }),
  };
}

const scaled = (contributions: readonly Contribution[], by: number): Contribution[] =>
  contributions.map((own) => ({ ...own, contribution: by * own.contribution }));

function added(some: readonly Contribution[], others: readonly Contribution[]): Contribution[] {
  const sums = new Map<string, Contribution>();
  for (const own of [...some, ...others]) {
    const contribution = (sums.get(own.feature)?.contribution ?? 0) + own.contribution;
    sums.set(own.feature, { ...own, contribution });
  }
  return [...sums.values()];
}
