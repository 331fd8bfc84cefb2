import type { Arm } from '../../core/domain/arm.ts';
import type { Programme } from '../../core/domain/programme.ts';
import type { LinearTotal } from '../../core/learn/blocks.ts';
import { effectivePieces, effectiveSums } from '../../core/learn/effective.ts';
import type { ModelState } from '../../core/learn/model.ts';
import { optionTotals } from '../../core/learn/model.ts';
import { valueOf } from '../../core/maths/compensated-sum.ts';

/** When what was learned is compared, ms since 1970. */
export const SPRING = Date.parse('2027-03-20T00:00:00Z');

/** A model in plain numbers: counts, which are exact, and sums, which are not quite. */
export interface Learned {
  counts: Record<string, number>;
  sums: Record<string, number>;
}

/**
 * Everything in a state that is not zero, so that what was never there equals what was taken back; and what of it counts in
 * the spring of 2027.
 */
export function learned(state: ModelState, programme: Programme): Learned {
  const counts: Record<string, number> = {};
  const sums: Record<string, number> = {};
  for (const [option, { trials, signals }] of Object.entries(optionTotals(state))) {
    counts[`trials ${option}`] = trials;
    for (const [signal, { count, worth }] of Object.entries(signals)) {
      counts[`${signal} of ${option}`] = count;
      sums[`${signal} of ${option}`] = worth;
    }
  }
  for (const { levels = {} } of state.linear.blocks) {
    for (const [column, { made, arrivals }] of Object.entries(levels)) {
      const bins = Object.entries(arrivals).flatMap(([signal, counts]) =>
        counts.map((count, bin) => [`${signal} of level ${column} in bin ${bin}`, count] as const),
      );
      for (const [name, count] of [...made.map((n) => [`trials of level ${column}`, n] as const), ...bins])
        counts[name] = (counts[name] ?? 0) + count;
    }
  }
  for (const [option, total] of Object.entries(effectiveSums(programme, state, SPRING).options)) {
    Object.assign(sums, totalSums(total, option));
  }
  for (const [option, total] of Object.entries(effectivePieces(programme, state, SPRING)?.options ?? {})) {
    Object.assign(sums, totalSums(total, `pieces of ${option}`));
  }
  for (const arm of ['treated', 'holdout'] as Arm[]) {
    counts[`persons ${arm}`] = state.arms[arm].persons;
    sums[`reward ${arm}`] = valueOf(state.arms[arm].sum);
    sums[`squares ${arm}`] = valueOf(state.arms[arm].sumOfSquares);
  }
  const present = Object.entries(counts).filter(([, count]) => count !== 0);
  return { counts: Object.fromEntries(present.sort()), sums };
}

/** The sums of one option, by name. */
export const totalSums = (
  { information, responses, squares }: LinearTotal,
  option: string,
): Record<string, number> =>
  Object.fromEntries([
    ...information.map((sum, i) => [`information ${i} of ${option}`, sum] as const),
    ...Object.entries(responses).flatMap(([signal, response]) =>
      response.map((sum, i) => [`response ${i} to ${signal} of ${option}`, sum] as const),
    ),
    ...Object.entries(squares).map(([pair, sum]) => [`squares ${pair} of ${option}`, sum] as const),
  ]);

/** Largest difference between the sums of two states. */
export function sumsApart(a: Learned, b: Learned): number {
  const names = Object.keys({ ...a.sums, ...b.sums });
  return Math.max(0, ...names.map((name) => Math.abs((a.sums[name] ?? 0) - (b.sums[name] ?? 0))));
}
