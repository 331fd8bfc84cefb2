import type { Check } from './check.ts';
import type { Testimony } from '../witness.ts';

/** Each epoch of the lease is one copy's, only that one writes under it, none after a later one, and each fold goes on where the last ended. */
export function fenced({ folds, holders }: Testimony): Check {
  const wrong: string[] = [];
  for (const [epoch, copies] of holders) {
    if (copies.size > 1) wrong.push(`epoch ${epoch} is of ${[...copies].join(' and ')}`);
  }
  for (const [i, { copy, epoch, before, position }] of folds.entries()) {
    const last = folds[i - 1];
    const holder = holders.get(epoch);
    if (holder && !holder.has(copy))
      wrong.push(`${copy} folded up to ${position} in epoch ${epoch} of ${[...holder].join(' and ')}`);
    if (last && epoch < last.epoch)
      wrong.push(`${copy} folded up to ${position} in epoch ${epoch} after ${last.epoch}`);
    if (last && before !== last.position)
      wrong.push(`${copy} folded from ${before} on, the one before it up to ${last.position}`);
  }
  return { name: 'only the copy that holds the lease folds', of: folds.length, wrong };
}
