import { describe, expect, it } from 'vitest';
import { ContextBeliefs } from '../../../../core/learn/models/context-beliefs.ts';
import type { RewardSums } from '../../../../core/learn/models/reward-sums.ts';
import { PooledLinear } from '../../../../core/learn/models/pooled-linear.ts';
import { packedLength } from '../../../../core/maths/cholesky.ts';
import { rngFromNumber } from '../../../../core/maths/xoshiro.ts';

interface Row {
  x: number[];
  reward: number;
}

function sumsOf(rows: readonly Row[], d: number): RewardSums {
  const information = new Float64Array(packedLength(d));
  const response = new Float64Array(d);
  let [squares, sizes] = [0, 0];
  for (const { x, reward } of rows) {
    for (let i = 0, at = 0; i < d; i++) {
      response[i]! += x[i]! * reward;
      for (let j = 0; j <= i; j++) information[at++]! += x[i]! * x[j]!;
    }
    squares += reward * reward;
    sizes += Math.abs(reward);
  }
  return { weight: rows.length, information, response, squares, sizes };
}

/** Coins of each option: log-odds of feature 1 add `slope` times it to a chance of `base`. */
function coins(n: number, chances: readonly ((z: number) => number)[], seed = 1): Row[][] {
  const rng = rngFromNumber(seed);
  return chances.map((chance) =>
    Array.from({ length: n }, () => {
      const z = rng.normal();
      return { x: [1, z], reward: Number(rng.uniform() < chance(z)) };
    }),
  );
}

const COLUMNS = { groups: [0, 1] };
const known = (all: readonly Row[][]): RewardSums[] => all.map((rows) => sumsOf(rows, 2));
const at = (z: number): Float64Array => Float64Array.of(1, z);

describe('pooled regressions of the reward', () => {
  it('believe what least squares say, where there are many rows', () => {
    const all = coins(20_000, [(z) => 0.1 + 0.02 * z, (z) => 0.08 - 0.03 * z, () => 0.05]);
    const model = new PooledLinear(COLUMNS, known(all));
    for (const [a, rows] of all.entries()) {
      // the line through rows of two columns, by its textbook formula
      const n = rows.length;
      const [mx, my] = [0, 1].map((part) => rows.reduce((s, r) => s + (part ? r.reward : r.x[1]!), 0) / n);
      const sxy = rows.reduce((s, r) => s + (r.x[1]! - mx!) * (r.reward - my!), 0);
      const sxx = rows.reduce((s, r) => s + (r.x[1]! - mx!) ** 2, 0);
      const residual = rows.reduce((s, r) => s + (r.reward - my! - (sxy / sxx) * (r.x[1]! - mx!)) ** 2, 0);
      for (const z of [-1, 0, 2]) {
        expect(model.mean(at(z), a)).toBeCloseTo(my! + (sxy / sxx) * (z - mx!), 3);
        const sd = Math.sqrt((residual / (n - 2)) * (1 / n + (z - mx!) ** 2 / sxx));
        expect(Math.sqrt(model.variance(at(z), a)) / sd).toBeCloseTo(1, 1);
      }
    }
  });

  it('do not depend on the unit of rewards, nor on which way is up', () => {
    const all = coins(1_500, [(z) => 0.1 + 0.02 * z, (z) => 0.08 - 0.03 * z, () => 0.05]);
    const times = (by: number): PooledLinear =>
      new PooledLinear(COLUMNS, known(all.map((rows) => rows.map((r) => ({ ...r, reward: by * r.reward })))));
    const [one, seven] = [times(1), times(0.2)];
    for (const a of [0, 1, 2]) {
      // but for the first guess, a reward of 1 in 30 trials
      expect(seven.mean(at(1), a) / 0.2).toBeCloseTo(one.mean(at(1), a), 2);
      expect(Math.sqrt(seven.variance(at(1), a)) / 0.2).toBeCloseTo(Math.sqrt(one.variance(at(1), a)), 2);
      expect(times(-1).mean(at(1), a)).toBeCloseTo(-one.mean(at(1), a), 2);
    }
  });

  it('begin a new option as what the others have in common, in doubt as far as they differ', () => {
    const rates = [0.05, 0.06, 0.04, 0.055, 0.045];
    const all = coins(5_000, [...rates.map((p) => () => p)]);
    const model = new PooledLinear(COLUMNS, known([...all, []]));
    const fresh = rates.length;
    expect(model.mean(at(0), fresh)).toBeCloseTo(0.05, 2);
    expect(model.variance(at(0), fresh)).toBeGreaterThan(5 * model.variance(at(0), 0));
    expect(Math.sqrt(model.variance(at(0), fresh))).toBeLessThan(0.03);
  });

  it('hold the noise of one option to that of all: without luck so far is not never', () => {
    const lucky = coins(1_000, [() => 0.05, () => 0.04]);
    const hapless = Array.from({ length: 100 }, () => ({ x: [1, 0], reward: 0 }));
    const model = new PooledLinear(
      { groups: [0] },
      known([...lucky, hapless]).map((own) => own),
    );
    const sd = Math.sqrt(model.variance(Float64Array.of(1), 2));
    expect(model.mean(Float64Array.of(1), 2) + 3 * sd).toBeGreaterThan(0.03);
  });

  it('are the same for rows in any order, and for one row as for two of half its weight', () => {
    const [rows] = coins(400, [(z) => 0.1 + 0.02 * z]) as [Row[]];
    const sums = sumsOf(rows, 2);
    const back = sumsOf([...rows].reverse(), 2);
    const [forth, other] = [new PooledLinear(COLUMNS, [sums]), new PooledLinear(COLUMNS, [back])];
    expect(other.mean(at(1), 0)).toBeCloseTo(forth.mean(at(1), 0), 12);
    expect(other.variance(at(1), 0)).toBeCloseTo(forth.variance(at(1), 0), 12);
  });

  it('stay sound where all rewards are alike, or there are none', () => {
    for (const reward of [0, 1]) {
      const rows = Array.from({ length: 5_000 }, () => ({ x: [1, 0.5], reward }));
      const model = new PooledLinear(COLUMNS, [sumsOf(rows, 2), sumsOf([], 2)]);
      for (const a of [0, 1]) {
        expect(model.mean(at(0), a)).toBeCloseTo(reward, 1);
        expect(model.variance(at(0), a)).toBeGreaterThan(0);
      }
    }
  });
});

describe('with context or without', () => {
  // twelve features that mean nothing, six options
  const FEATURES = 13;
  const useless = (n: number): RewardSums[] => {
    const rng = rngFromNumber(3);
    return Array.from({ length: 6 }, (_, a) => {
      const rows = Array.from({ length: n }, () => ({
        x: Array.from({ length: FEATURES }, (__, j) => (j === 0 ? 1 : rng.normal())),
        reward: Number(rng.uniform() < 0.02 + 0.005 * a),
      }));
      return sumsOf(rows, FEATURES);
    });
  };
  const uselessColumns = { groups: Array.from({ length: FEATURES }, (_, j) => j) };
  const persons = [-1, 0.5, 3].map((z) =>
    Float64Array.from({ length: FEATURES }, (_, j) => (j === 0 ? 1 : z)),
  );

  it('is decided by the rewards: context where it tells options apart, averages where it says nothing', () => {
    const telling = coins(3_000, [(z) => 0.1 + 0.03 * z, (z) => 0.1 - 0.03 * z]);
    expect(new ContextBeliefs(COLUMNS, known(telling)).weight).toBe(1);
    const sums = useless(4_000);
    const beliefs = new ContextBeliefs(uselessColumns, sums);
    expect(beliefs.weight).toBe(0);
    const [one, , other] = persons as [Float64Array, Float64Array, Float64Array];
    expect(beliefs.belief(other, 5, false).mean).toBeCloseTo(sums[5]!.response[0]! / 4_000, 2);
    expect(beliefs.belief(other, 5, false)).toEqual(beliefs.belief(one, 5, false));
  });

  it('is believed of many options at once what is believed of each', () => {
    const telling = coins(3_000, [(z) => 0.1 + 0.03 * z, () => 0.1, (z) => 0.1 - 0.03 * z]);
    const [much, some, none] = [
      new ContextBeliefs(COLUMNS, known(telling)),
      new ContextBeliefs(uselessColumns, useless(250)),
      new ContextBeliefs(uselessColumns, useless(4_000)),
    ];
    expect([much.weight, none.weight]).toEqual([1, 0]);
    expect(some.weight * (1 - some.weight)).toBeGreaterThan(0);
    const cases: [ContextBeliefs, Float64Array[]][] = [
      [much, [at(-1), at(0), at(2)]],
      [some, persons],
      [none, persons],
    ];
    for (const [beliefs, contexts] of cases) {
      for (const x of contexts) {
        const [means, sds] = [new Float64Array(2), new Float64Array(2)];
        beliefs.drawn(x, [2, 0], means, sds);
        for (const [i, a] of [2, 0].entries()) {
          const alone = beliefs.belief(x, a, true);
          expect(means[i]).toBeCloseTo(alone.mean, 14);
          expect(sds[i]).toBeCloseTo(alone.sd, 14);
        }
      }
    }
  });

  it('draws with less doubt than it has, and says all of it', () => {
    const beliefs = new ContextBeliefs(COLUMNS, known(coins(500, [(z) => 0.1 + 0.03 * z, () => 0.1])));
    const [drawn, all] = [true, false].map((scaled) => beliefs.belief(at(1), 0, scaled));
    expect(drawn!.mean).toBe(all!.mean);
    expect(drawn!.sd).toBeLessThan(0.75 * all!.sd);
  });
});
