import type { Contribution } from '../domain/contribution.ts';

/** Contributions that are told; those that say least are one. */
const MOST = 8;

const bySize = (a: Contribution, b: Contribution): number =>
  Math.abs(b.contribution) - Math.abs(a.contribution);

/** The largest contributions, what is left of them as one, so that they add up to the same: at most eight, largest first. */
export function mainContributions(all: readonly Contribution[]): Contribution[] {
  const sorted = [...all].sort(bySize);
  if (sorted.length <= MOST) return sorted;
  const others = sorted.splice(MOST - 1);
  const contribution = others.reduce((sum, own) => sum + own.contribution, 0);
  return [...sorted, { feature: `${others.length} others`, value: 1, contribution }].sort(bySize);
}
