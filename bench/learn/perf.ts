import { rngFromNumber } from '../../core/maths/xoshiro.ts';
import type { Beta } from '../../core/maths/best-beta.ts';
import { bestBetaProbabilities } from '../../core/maths/best-beta.ts';
import { bestNormalProbabilities } from '../../core/maths/best-normal.ts';
import type { Timed } from '../timed.ts';
import { shown, timed } from '../timed.ts';
import { servedCosts } from './perf-served.ts';
import { sumsCosts } from './perf-sums.ts';

/** What something costs, in microseconds, beside what is asked. */
export interface Cost extends Timed {
  what: string;
  asked: number | undefined;
}

function integrals(): Cost[] {
  const rng = rngFromNumber(2);
  const k = 50;
  const betas = (trials: () => number): Beta[][] =>
    Array.from({ length: 50 }, () =>
      Array.from({ length: k }, () => {
        const n = trials();
        const p = 0.01 + 0.04 * rng.uniform();
        return { alpha: 1 + n * p, beta: 30 + n * (1 - p) };
      }),
    );
  const alike = betas(() => 200 + 5_000 * rng.uniform());
  // a narrow one among wide ones has panels as narrow as itself
  const unlike = betas(() => 10 ** (1 + 4 * rng.uniform()));
  const numbers = (): Float64Array => Float64Array.from({ length: k }, () => 0.05 + 0.02 * rng.normal());
  const widths = (): Float64Array => Float64Array.from({ length: k }, () => 0.02 * Math.exp(rng.normal()));
  const normals = Array.from({ length: 50 }, () => ({ means: numbers(), sds: widths() }));
  const out = new Float64Array(k);
  const beta =
    (own: readonly Beta[][]) =>
    (i: number): void =>
      void bestBetaProbabilities(own[i % 50]!);
  const normal = (i: number): void => {
    const { means, sds } = normals[i % 50]!;
    bestNormalProbabilities(means, sds, out);
  };
  return [
    { what: 'P(best) of 50 Betas of 200 to 5,200 trials', ...timed(beta(alike)), asked: 200 },
    { what: 'P(best) of 50 Betas of 10 to 100,000 trials', ...timed(beta(unlike)), asked: 200 },
    { what: 'P(best) of 50 normals', ...timed(normal), asked: 200 },
  ];
}

export const costs = (): Cost[] => [...servedCosts(), ...sumsCosts(), ...integrals()];

export function printCosts(all: readonly Cost[]): void {
  for (const { asked, ...cost } of all) {
    const end = asked === undefined ? '' : `, asked < ${asked}`;
    process.stdout.write(`${cost.what}: ${shown(cost)}${end}\n`);
  }
}
