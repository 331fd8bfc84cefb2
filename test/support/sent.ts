import type { Programme } from '../../core/domain/programme.ts';
import { linearSumsOf } from '../../core/learn/linear-state.ts';
import type { ModelState } from '../../core/learn/model.ts';
import { emptyState } from '../../core/learn/model.ts';
import type { Xoshiro } from '../../core/maths/xoshiro.ts';
import { HOUR } from './programmes.ts';

/** One send, in hours since 1970. */
export interface Sent {
  option: string;
  context: Record<string, string>;
  hour: number;
  /** Delay of the signals that have arrived by the end, in hours. */
  arrived: Record<string, number>;
}

/** An exponential delay in hours. */
export function delayOf(rng: Xoshiro, mean: number): number {
  return -mean * Math.log(1 - rng.uniform());
}

/** What is learned of sends and of what has arrived of them. */
export function stateOf(own: Programme, sent: readonly Sent[]): ModelState {
  const sums = linearSumsOf(own);
  const state = { ...emptyState(), linear: sums.empty() };
  for (const { arrived, ...trial } of sent) {
    sums.addTrials(state.linear, trial, 1);
    const credits = Object.entries(arrived).map(([signal, delay]) => {
      return [signal, { worth: 1, delay: delay * HOUR }] as const;
    });
    sums.moveCredits(state.linear, trial, {}, Object.fromEntries(credits));
  }
  return state;
}
