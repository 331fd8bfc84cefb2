import type { Run } from './run.ts';

/** When what is the best for whoever is asked came to have more than a share of the traffic, and kept it to the end. */
export interface Reached {
  share: number;
  /** In how many runs. */
  runs: number;
  /** In the middle of all runs, those that never came to it last: from which wave on, and after how many people. Absent where most did not. */
  wave?: number | undefined;
  people?: number | undefined;
  /** From which wave on in the first and the last run that came to it. */
  earliest?: number | undefined;
  latest?: number | undefined;
}

const SHARES = [0.5, 0.8, 0.95];

/** Number of the wave from which on the share was larger; Infinity where it was not in the last one. */
export function waveFrom(bests: readonly number[], share: number): number {
  const last = bests.findLastIndex((best) => best <= share);
  return last === bests.length - 1 ? Infinity : last + 2;
}

export function reachedBy(runs: readonly Run[]): Reached[] {
  return SHARES.map((share) => {
    const from = runs.map(({ waves }) =>
      waveFrom(
        waves.map(({ best }) => best),
        share,
      ),
    );
    const sorted = from.toSorted((a, b) => a - b);
    const came = sorted.filter((wave) => wave !== Infinity);
    const wave = sorted[Math.floor(sorted.length / 2)]!;
    return {
      ...{ share, runs: came.length },
      ...(came.length > 0 && { earliest: came[0], latest: came.at(-1) }),
      ...(wave !== Infinity && { wave, people: runs[0]!.waves[wave - 2]?.people ?? 0 }),
    };
  });
}
