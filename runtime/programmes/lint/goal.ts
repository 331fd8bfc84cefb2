import { costOf } from '../../../core/policies/costs.ts';
import { rewardRange } from '../../../core/policies/posterior.ts';
import type { Check } from './finding.ts';

/** Variants that cost more than the best that can come of them is worth. */
export const costs: Check = (programme) => {
  const { high } = rewardRange(programme);
  return programme.variants.flatMap(({ id }, i) => {
    if (costOf(programme, id) <= high) return [];
    const message = `${id} costs more than the largest reward there is, which is worth ${high * (programme.arbitration?.value ?? 1)}: it can only lose.`;
    const fix = 'Check `cost` and `arbitration.value`, which are in one currency.';
    return [{ code: 'cost-above-worth', path: `variants.${i}.cost`, message, fix }];
  });
};

/** Variants of different costs where the policy looks at rewards alone. Whoever says `false` knows. */
export const uncounted: Check = ({ variants, policy }) => {
  const all = variants.map(({ cost = 0 }) => cost);
  const [least, most] = [Math.min(...all), Math.max(...all)];
  if (least === most || policy.netOfCosts !== undefined || policy.kind === 'fixed-split') return [];
  const message = `Variants cost from ${least} to ${most}, and the policy chooses by reward alone: who earns a little more is preferred at any cost.`;
  const fix =
    'Set policy.netOfCosts to true, with what a reward is worth in arbitration.value, or to false if it is meant so.';
  return [{ code: 'cost-not-counted', path: 'policy.netOfCosts', message, fix }];
};
