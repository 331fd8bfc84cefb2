import {
  factorize,
  packedLength,
  quadratic,
  rankOneUpdate,
  rowStart,
  solveUpper,
} from '../../core/maths/cholesky.ts';
import type { Xoshiro } from '../../core/maths/xoshiro.ts';
import type { Player } from './play.ts';
import type { World } from './worlds/world.ts';
import { openIn } from './worlds/world.ts';

/** Chooses option `i` with probability `p[i]`. */
export function drawFrom(p: Float64Array, rng: Xoshiro): number {
  let left = rng.uniform();
  for (let i = 0; i < p.length - 1; i++) {
    left -= p[i]!;
    if (left < 0) return i;
  }
  return p.length - 1;
}

/** Number of the largest; the first of equals. */
export function largest(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}

/** The option of which the score is largest; the first of equals. */
function bestOf(open: readonly number[], scoreOf: (option: number) => number): number {
  return open[largest(open.map(scoreOf))]!;
}

const uniformly = (open: readonly number[], rng: Xoshiro): number =>
  open[Math.floor(rng.uniform() * open.length)]!;

/** An A/B test that never ends. */
export function uniform(world: World): Player {
  const open = openIn(world);
  return { choose: (t, rng) => uniformly(open(t), rng), learn: () => undefined };
}

/** Wins and trials of each option. */
function counts(options: number) {
  const wins = new Float64Array(options);
  const trials = new Float64Array(options);
  const learn = (_t: number, option: number, reward: number): void => {
    wins[option]! += reward;
    trials[option]!++;
  };
  return { wins, trials, learn };
}

/** An A/B test over the first fifth, then what won it. */
export function exploreThenCommit(world: World): Player {
  const { wins, trials, learn } = counts(world.options);
  const open = openIn(world);
  let found: Float64Array | undefined;
  const choose = (t: number, rng: Xoshiro): number => {
    if (t < world.rounds / 5) return uniformly(open(t), rng);
    const rates = (found ??= wins.map((w, a) => w / Math.max(1, trials[a]!)));
    return bestOf(open(t), (a) => rates[a]!);
  };
  return { choose, learn };
}

/** UCB1 (Auer, Cesa-Bianchi, Fischer 2002). */
export function ucb1(world: World): Player {
  const { wins, trials, learn } = counts(world.options);
  const open = openIn(world);
  const bound = (w: number, n: number, t: number): number =>
    n === 0 ? Infinity : w / n + Math.sqrt((2 * Math.log(t)) / n);
  return { choose: (t) => bestOf(open(t), (a) => bound(wins[a]!, trials[a]!, t + 1)), learn };
}

/** A Gamma(shape) number, shape >= 1 (Marsaglia, Tsang, "A Simple Method for Generating Gamma Variables", 2000). */
export function gamma(shape: number, rng: Xoshiro): number {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = rng.normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - rng.uniform()) < 0.5 * x * x + d * (1 - v + Math.log(v))) return d * v;
  }
}

/** Thompson sampling from Beta(1 + wins, 1 + losses) (Thompson 1933). */
export function betaThompson(world: World): Player {
  const { wins, trials, learn } = counts(world.options);
  const open = openIn(world);
  const draw = (w: number, n: number, rng: Xoshiro): number => {
    const a = gamma(1 + w, rng);
    return a / (a + gamma(1 + n - w, rng));
  };
  return { choose: (t, rng) => bestOf(open(t), (a) => draw(wins[a]!, trials[a]!, rng)), learn };
}

/** The textbook's linear Thompson sampling: unit noise, unit prior (Agrawal, Goyal 2013). */
export function textbookLinear(world: World): Player {
  const { options, features: d, contexts } = world;
  const arms = Array.from({ length: options }, () => {
    const factor = new Float64Array(packedLength(d));
    for (let i = 0; i < d; i++) factor[rowStart(i) + i] = 1;
    return { mean: new Float64Array(d), factor: factorize(factor, d, factor) };
  });
  const open = openIn(world);
  const z = new Float64Array(d);
  const at = (t: number): Float64Array => contexts.subarray(t * d, (t + 1) * d);
  const dot = (x: Float64Array, y: Float64Array): number => x.reduce((sum, xi, i) => sum + xi * y[i]!, 0);
  const choose = (t: number, rng: Xoshiro): number => {
    const x = at(t);
    return bestOf(open(t), (a) => {
      const { mean, factor } = arms[a]!;
      return dot(x, mean) + Math.sqrt(quadratic(factor, x, z)) * rng.normal();
    });
  };
  const learn = (t: number, option: number, reward: number): void => {
    const x = at(t);
    const { mean, factor } = arms[option]!;
    const q = quadratic(factor, x, z);
    const step = (reward - dot(x, mean)) / (1 + q);
    solveUpper(factor, z, z);
    for (let i = 0; i < d; i++) mean[i]! += step * z[i]!;
    z.set(x);
    rankOneUpdate(factor, z);
  };
  return { choose, learn };
}
