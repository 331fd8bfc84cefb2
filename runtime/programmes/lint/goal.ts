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
