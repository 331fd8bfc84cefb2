import { performance } from 'node:perf_hooks';
import { rngFromNumber } from '../../core/maths/xoshiro.ts';
import { ContextBeliefs } from '../../core/learn/models/context-beliefs.ts';
import { winsOf } from '../../core/policies/thompson.ts';
import { bestBetaProbabilities } from '../../core/maths/best-beta.ts';
import { bestNormalProbabilities } from '../../core/maths/best-normal.ts';
import { median } from '../statistics.ts';
import { addRow, emptySums } from './auto.ts';
import { sumsCosts } from './perf-sums.ts';

/** Costs that are asked for, in microseconds: a draw alone, a draw from propensities, one update. */
const SIZES = [
  { features: 12, options: 8, asked: [3, 50, undefined] },
  { features: 12, options: 50, asked: [undefined, undefined, undefined] },
  { features: 32, options: 8, asked: [undefined, undefined, 10] },
  { features: 32, options: 50, asked: [60, 1_000, 10] },
  { features: 64, options: 50, asked: [undefined, undefined, undefined] },
] as const;
const RUNS = 9;

/** Median and least of nine runs after a first that warms up, in microseconds. */
function timed(times: number, work: (i: number) => void): { median: number; least: number } {
  const runs = Array.from({ length: RUNS + 1 }, () => {
    const start = performance.now();
    for (let i = 0; i < times; i++) work(i);
    return ((performance.now() - start) / times) * 1000;
  }).slice(1);
  return { median: median(runs), least: Math.min(...runs) };
}

export interface Cost {
  what: string;
  median: number;
  least: number;
  asked: number | undefined;
}

/** What `auto` costs: its beliefs once a fold, a decision from them, and one outcome added to the sums. */
function autoCosts({ features, options, asked }: (typeof SIZES)[number]): Cost[] {
  const rng = rngFromNumber(3);
  const context = (): Float64Array =>
    Float64Array.from({ length: features }, (_, i) => (i === 0 ? 1 : rng.normal()));
  const contexts = Array.from({ length: 512 }, context);
  const known = Array.from({ length: options }, () => emptySums(features));
  const learn = (i: number): void =>
    addRow(known[i % options]!, contexts[i & 511]!, Number(rng.uniform() < 0.05), 1);
  for (let i = 0; i < options * 200; i++) learn(i);
  const columns = { groups: Array.from({ length: features }, (_, j) => j) };
  const beliefs = new ContextBeliefs(columns, known);
  const all = [...known.keys()];
  const decide = (i: number): void => void winsOf(beliefs.drawn(contexts[i & 511]!, all));
  const size = `auto, ${features} features, ${options} options`;
  return [
    { what: `${size}: with propensities`, ...timed(1_000, decide), asked: asked[1] },
    { what: `${size}: update`, ...timed(2_000, learn), asked: asked[2] },
    {
      what: `${size}: beliefs, once a fold`,
      ...timed(2, () => void new ContextBeliefs(columns, known)),
      asked: undefined,
    },
  ];
}

function integrals(): Cost[] {
  const rng = rngFromNumber(2);
  const k = 50;
  const betas = Array.from({ length: 50 }, () =>
    Array.from({ length: k }, () => {
      const n = 200 + 5_000 * rng.uniform();
      const p = 0.01 + 0.04 * rng.uniform();
      return { alpha: 1 + n * p, beta: 30 + n * (1 - p) };
    }),
  );
  const numbers = (): Float64Array => Float64Array.from({ length: k }, () => 0.05 + 0.02 * rng.normal());
  const widths = (): Float64Array => Float64Array.from({ length: k }, () => 0.02 * Math.exp(rng.normal()));
  const normals = Array.from({ length: 50 }, () => ({ means: numbers(), sds: widths() }));
  const out = new Float64Array(k);
  const beta = (i: number): void => void bestBetaProbabilities(betas[i % 50]!);
  const normal = (i: number): void => {
    const { means, sds } = normals[i % 50]!;
    bestNormalProbabilities(means, sds, out);
  };
  return [
    { what: 'P(best) of 50 Betas', ...timed(100, beta), asked: 200 },
    { what: 'P(best) of 50 normals', ...timed(500, normal), asked: 200 },
  ];
}

export const costs = (): Cost[] => [...SIZES.flatMap(autoCosts), ...sumsCosts(), ...integrals()];

export function printCosts(all: readonly Cost[]): void {
  for (const { what, median: middle, least, asked } of all) {
    const end = asked === undefined ? '' : `, asked < ${asked}`;
    process.stdout.write(`${what}: ${middle.toFixed(1)} us (least ${least.toFixed(1)})${end}\n`);
  }
}
