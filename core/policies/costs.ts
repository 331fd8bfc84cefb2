import type { OptionKey } from '../domain/decision.ts';
import type { Programme } from '../domain/programme.ts';
import type { Adjustment } from './belief.ts';

/**
 * What an option costs, in rewards: the reward whose worth is the cost of the message. 0 of silence, and of everything where
 * the programme does not choose net of costs.
 */
export function costOf({ policy, arbitration, variants }: Programme, option: OptionKey): number {
  if (policy.netOfCosts !== true) return 0;
  const { cost = 0 } = variants.find(({ id }) => id === option) ?? {};
  return cost / (arbitration?.value ?? 1);
}

/** What an option is worth in the currency of its costs; nothing where the programme does not choose net of costs. */
export interface Priced {
  /** What one message costs. */
  cost?: number | undefined;
  /** What is expected to be earned by one decision, less its cost. */
  value?: number | undefined;
}

/** @param reward what is expected of the option before its cost is taken */
export function pricedOf(programme: Programme, option: OptionKey, reward: number): Priced {
  if (programme.policy.netOfCosts !== true) return {};
  const { value = 1 } = programme.arbitration ?? {};
  const cost = value * costOf(programme, option);
  return { cost, value: value * reward - cost };
}

/** Takes from what an option earns what it costs. */
export function costs(programme: Programme): Adjustment[] {
  const known = new Map(programme.variants.map(({ id }) => [id, costOf(programme, id)]));
  if (![...known.values()].some((cost) => cost > 0)) return [];
  return [{ name: 'cost', constant: true, of: (option) => -(known.get(option) ?? 0) }];
}
