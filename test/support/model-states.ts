import type { Arm } from '../../core/domain/arm.ts';
import type { ModelState } from '../../core/learn/model.ts';
import { valueOf } from '../../core/maths/compensated-sum.ts';

/** A model in plain numbers: counts, which are exact, and sums, which are not quite. */
export interface Learned {
  counts: Record<string, number>;
  sums: Record<string, number>;
}

/** Everything in a state that is not zero, so that what was never there equals what was taken back. */
export function learned(state: ModelState): Learned {
  const counts: Record<string, number> = {};
  const sums: Record<string, number> = {};
  for (const [option, { trials, signals }] of Object.entries(state.options)) {
    counts[`trials ${option}`] = trials;
    for (const [signal, { count, worth }] of Object.entries(signals)) {
      counts[`${signal} of ${option}`] = count;
      sums[`${signal} of ${option}`] = valueOf(worth);
    }
  }
  for (const arm of ['treated', 'holdout'] as Arm[]) {
    counts[`persons ${arm}`] = state.arms[arm].persons;
    sums[`reward ${arm}`] = valueOf(state.arms[arm].sum);
    sums[`squares ${arm}`] = valueOf(state.arms[arm].sumOfSquares);
  }
  const present = Object.entries(counts).filter(([, count]) => count !== 0);
  return { counts: Object.fromEntries(present.sort()), sums };
}

/** Largest difference between the sums of two states. */
export function sumsApart(a: Learned, b: Learned): number {
  const names = Object.keys({ ...a.sums, ...b.sums });
  return Math.max(0, ...names.map((name) => Math.abs((a.sums[name] ?? 0) - (b.sums[name] ?? 0))));
}
