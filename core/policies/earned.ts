import type { Programme } from '../domain/programme.ts';
import type { SumsAt } from '../learn/effective.ts';
import type { Learner } from './belief.ts';
import { posteriors } from './posterior.ts';

/** Believes of each option what it earned so far, whoever it was for. */
export function earned(programme: Programme, sumsAt: SumsAt): Learner {
  return {
    name: 'weighted-thompson',
    constant: true,
    believe(eligible, { at }) {
      const of = posteriors(programme, sumsAt(at).options);
      return eligible.map((option) => {
        const { mean, variance, ...shape } = of(option);
        return { mean, sd: Math.sqrt(variance), shape };
      });
    },
  };
}
