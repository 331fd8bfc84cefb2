import type { OptionKey } from '../domain/decision.ts';
import { SILENCE } from '../domain/decision.ts';
import type { Programme } from '../domain/programme.ts';
import type { ModelState } from '../learn/model.ts';
import { optionTotals } from '../learn/model.ts';

/** Largest probability of each of some options; absent where the programme holds none of its options. */
export type Guard = (options: readonly OptionKey[]) => Float64Array;

export function guardOf({ policy, variants, silence }: Programme, state: ModelState): Guard | undefined {
  const { newOptions } = policy;
  if (!newOptions) return undefined;
  const totals = optionTotals(state);
  const options = [...variants.map(({ id }) => id), ...(silence ? [SILENCE] : [])];
  const held = new Set(options.filter((option) => (totals[option]?.trials ?? 0) < newOptions.trials));
  if (held.size === 0) return undefined;
  return (some) => Float64Array.from(some, (option) => (held.has(option) ? newOptions.share : 1));
}

/**
 * Holds each new option to a largest share of traffic until it has proved itself: what is above the share goes to the
 * others in proportion to what they have, and where all are held, equally. In place; still sums to 1.
 * @param most largest propensity of each option; 1 for those that are not held
 */
export function guardTraffic(propensities: Float64Array, most: Float64Array): Float64Array {
  const held = new Uint8Array(propensities.length);
  for (let round = 0; round < propensities.length; round++) {
    let [over, free] = [0, 0];
    for (let a = 0; a < held.length; a++) {
      if (held[a] === 0 && propensities[a]! > most[a]!) {
        over += propensities[a]! - most[a]!;
        propensities[a] = most[a]!;
        held[a] = 1;
      }
    }
    if (over === 0) return propensities;
    for (let a = 0; a < held.length; a++) if (held[a] === 0) free += propensities[a]!;
    if (free === 0) {
      // nobody can take it: the limits ask for less than all traffic
      for (let a = 0; a < held.length; a++) propensities[a]! += over / held.length;
      return propensities;
    }
    for (let a = 0; a < held.length; a++) if (held[a] === 0) propensities[a]! *= 1 + over / free;
  }
  return propensities;
}
