import type { Rng } from '../../core/contracts/rng.ts';
import type { Programme } from '../../core/domain/programme.ts';
import { hourOf } from '../../core/learn/blocks.ts';
import { linearSumsOf } from '../../core/learn/linear-state.ts';
import type { ModelState } from '../../core/learn/model.ts';
import { emptyState } from '../../core/learn/model.ts';
import { HOUR, NOON } from './programmes.ts';

/** Features of each source, and a policy that goes by them. */
export const SOURCED: Pick<Programme, 'context' | 'policy'> = {
  context: {
    since: { type: 'number', min: 0, max: 120, from: 'hoursSinceContact' },
    often: { type: 'number', min: 0, max: 5, from: 'contactsIn', days: 7 },
    response: { type: 'category', values: ['ignored', 'opened', 'clicked', 'goal'], from: 'lastResponse' },
    age: { type: 'number', min: 0, max: 100, from: 'traits.age' },
  },
  policy: { kind: 'linear-thompson' },
};

/** A model in which the features decide: who was left alone is for `a`, who was not for `b`. */
export function learnedOfPeople(own: Programme, rng: Rng): ModelState {
  const state = emptyState();
  const sums = linearSumsOf(own);
  state.linear = sums.empty();
  for (const option of ['a', 'b', 'c', ...(own.silence ? ['silence'] : [])]) {
    for (let i = 0; i < 150; i++) {
      const context = {
        since: rng.uniform() * 120,
        often: Math.floor(rng.uniform() * 6),
        response: rng.uniform() < 0.5 ? 'ignored' : 'goal',
      };
      const trial = { option, context, hour: hourOf(NOON - HOUR) };
      sums.addTrials(state.linear, trial, 1);
      const rate = { a: context.since / 150, b: 0.6 - context.since / 250 }[option] ?? 0.3;
      if (rng.uniform() < rate)
        sums.moveCredits(state.linear, trial, {}, { 'Order Completed': { worth: 1 } });
    }
  }
  return state;
}
