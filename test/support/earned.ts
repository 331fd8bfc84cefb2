import { believableSums } from '../../core/learn/effective.ts';
import { hourOf } from '../../core/learn/blocks.ts';
import type { LinearSums } from '../../core/learn/linear-state.ts';
import { linearSumsOf } from '../../core/learn/linear-state.ts';
import type { ModelState } from '../../core/learn/model.ts';
import type { OptionKey } from '../../core/domain/decision.ts';
import type { Credited } from '../../core/contracts/trial.ts';
import type { Programme } from '../../core/domain/programme.ts';
import type { Posterior } from '../../core/policies/posterior.ts';
import { posteriorOf } from '../../core/policies/posterior.ts';
import { DAY, NOON, programme } from './programmes.ts';

/** Long enough ago that nothing is still to come of it. */
const HOUR_OF_OLD = hourOf(NOON - 400 * DAY);
const PLAIN = programme();

function plainSums(state: ModelState): LinearSums {
  const sums = linearSumsOf(PLAIN);
  if (state.linear.blocks.length === 0) state.linear = sums.empty();
  return sums;
}

const trialOf = (option: OptionKey) => ({ option, context: {}, hour: HOUR_OF_OLD });

/** Adds trials of long ago to a state that knows no context. */
export function addTrials(state: ModelState, option: OptionKey, trials: number): void {
  plainSums(state).addTrials(state.linear, trialOf(option), trials);
}

/** Moves the worth of one signal of one of them. */
export function moveWorth(
  state: ModelState,
  option: OptionKey,
  signal: string,
  { before, after }: { before: number; after: number },
): void {
  plainSums(state).moveCredits(
    state.linear,
    trialOf(option),
    { [signal]: { worth: before } },
    { [signal]: { worth: after } },
  );
}

/** Credits one of them with several signals. */
export function credit(state: ModelState, option: OptionKey, credits: Credited): void {
  plainSums(state).moveCredits(state.linear, trialOf(option), {}, credits);
}

/** What is believed at noon of an option on such a state. */
export const believed = (own: Programme, state: ModelState, option: OptionKey): Posterior =>
  posteriorOf(own, believableSums(own, state, NOON).options, option);
