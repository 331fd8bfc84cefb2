import type { Programme } from '../domain/programme.ts';
import type { Model } from '../learn/model.ts';
import type { Learner } from './belief.ts';
import { posteriorOf } from './posterior.ts';

/** Believes of each option what it earned so far, whoever it was for. */
export const earned = (programme: Programme, { state }: Model): Learner => ({
  name: 'weighted-thompson',
  constant: true,
  believe: (eligible) =>
    eligible.map((option) => {
      const { mean, variance, ...shape } = posteriorOf(programme, state, option);
      return { mean, sd: Math.sqrt(variance), shape };
    }),
});
