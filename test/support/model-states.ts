import type { Arm } from '../../core/domain/arm.ts';
import type { Programme } from '../../core/domain/programme.ts';
import type { LinearState } from '../../core/learn/linear-state.ts';
import { dayOf, LinearSums } from '../../core/learn/linear-state.ts';
import type { ModelState } from '../../core/learn/model.ts';

/** When sums over contexts are compared, ms since 1970. */
export const SPRING = Date.parse('2027-03-20T00:00:00Z');
import { valueOf } from '../../core/maths/compensated-sum.ts';

/** A model in plain numbers: counts, which are exact, and sums, which are not quite. */
export interface Learned {
  counts: Record<string, number>;
  sums: Record<string, number>;
}

/**
 * Everything in a state that is not zero, so that what was never there equals what was taken back. Sums over contexts as they
 * weigh in the spring of 2027, where a programme is given that has a half-life.
 */
export function learned(state: ModelState, programme?: Programme): Learned {
  const counts: Record<string, number> = {};
  const sums: Record<string, number> = {};
  for (const [option, { trials, signals }] of Object.entries(state.options)) {
    counts[`trials ${option}`] = trials;
    for (const [signal, { count, worth }] of Object.entries(signals)) {
      counts[`${signal} of ${option}`] = count;
      sums[`${signal} of ${option}`] = valueOf(worth);
    }
  }
  if (state.linear) Object.assign(sums, linearSums(state.linear, programme && new LinearSums(programme)));
  for (const arm of ['treated', 'holdout'] as Arm[]) {
    counts[`persons ${arm}`] = state.arms[arm].persons;
    sums[`reward ${arm}`] = valueOf(state.arms[arm].sum);
    sums[`squares ${arm}`] = valueOf(state.arms[arm].sumOfSquares);
  }
  const present = Object.entries(counts).filter(([, count]) => count !== 0);
  return { counts: Object.fromEntries(present.sort()), sums };
}

function linearSums(state: LinearState, sums: LinearSums | undefined): Record<string, number> {
  const weight = sums?.weight(state, dayOf(SPRING)) ?? 1;
  const own = Object.entries(state.options).flatMap(([option, { information, responses, squares }]) => [
    ...information.map((sum, i) => [`information ${i} of ${option}`, sum] as const),
    ...Object.entries(responses).flatMap(([signal, response]) =>
      response.map((sum, i) => [`response ${i} to ${signal} of ${option}`, sum] as const),
    ),
    ...Object.entries(squares).map(([pair, sum]) => [`squares ${pair} of ${option}`, sum] as const),
  ]);
  return Object.fromEntries(own.map(([name, sum]) => [name, sum / weight]));
}

/** Largest difference between the sums of two states. */
export function sumsApart(a: Learned, b: Learned): number {
  const names = Object.keys({ ...a.sums, ...b.sums });
  return Math.max(0, ...names.map((name) => Math.abs((a.sums[name] ?? 0) - (b.sums[name] ?? 0))));
}
