import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  factorize,
  packedLength,
  rowStart,
  solveLower,
  solveUpper,
} from '../../../../core/maths/cholesky.ts';
import { LinearModel } from '../../../../core/learn/models/linear.ts';
import type { Row } from '../../../../core/learn/models/rows.ts';
import { rngFromNumber } from '../../../../core/maths/xoshiro.ts';

const D = 5;

function rowsOf(n: number, seed: number, scale = 1): Row[] {
  const rng = rngFromNumber(seed);
  return Array.from({ length: n }, () => {
    const x = Float64Array.from({ length: D }, (_, i) => (i === 0 ? 1 : rng.normal()));
    const reward = scale * (0.3 + 0.5 * x[1]! - 0.2 * x[2]! + 0.4 * rng.normal());
    return { x, option: 0, reward, weight: 0.5 + rng.uniform() };
  });
}

/** Ridge regression of weighted rows from scratch. */
function ridge(rows: readonly Row[]): Float64Array {
  const a = new Float64Array(packedLength(D));
  const b = new Float64Array(D);
  for (let i = 0; i < D; i++) a[rowStart(i) + i] = 1;
  for (const { x, reward, weight } of rows) {
    for (let i = 0; i < D; i++) {
      b[i]! += weight * reward * x[i]!;
      for (let j = 0; j <= i; j++) a[rowStart(i) + j]! += weight * x[i]! * x[j]!;
    }
  }
  const l = factorize(a, D, a);
  return solveUpper(l, solveLower(l, b, b), b);
}

const taught = (rows: readonly Row[]): LinearModel => {
  const model = new LinearModel(D, 1);
  for (const row of rows) model.learn(row);
  return model;
};

const asked = (model: LinearModel, x: Float64Array): [number, number] => {
  const [means, sds] = [new Float64Array(1), new Float64Array(1)];
  model.score(x, [0], means, sds);
  return [means[0]!, sds[0]!];
};

describe('the linear model', () => {
  // a weight belongs into the denominator of a rank-one update as well; leaving it out gives negative variances
  it('is the weighted ridge regression of its rows', () => {
    const rows = rowsOf(200, 1);
    const { mean } = taught(rows).options[0]!;
    for (const [i, w] of ridge(rows).entries()) expect(mean[i]).toBeCloseTo(w, 10);
  });

  it('begins at its prior, and its precision is not its variance', () => {
    const model = new LinearModel(D, 1, { precision: 100, shape: 1, scale: 1 });
    expect(asked(model, Float64Array.of(1, 0, 0, 0, 0))).toEqual([0, 0.1]);
  });

  it('learns the size of the noise, whatever the unit of rewards', () => {
    for (const scale of [0.1, 1, 1000]) {
      const { scale: sum, shape } = taught(rowsOf(4_000, 2, scale)).options[0]!;
      expect(Math.sqrt(sum / shape) / (0.4 * scale)).toBeGreaterThan(0.9);
      expect(Math.sqrt(sum / shape) / (0.4 * scale)).toBeLessThan(1.1);
    }
  });

  it('ends in the same state in whatever order rows come', () => {
    const rows = rowsOf(60, 3);
    fc.assert(
      fc.property(fc.shuffledSubarray(rows, { minLength: 60 }), (shuffled) => {
        const [one, other] = [taught(rows).options[0]!, taught(shuffled).options[0]!];
        for (let i = 0; i < D; i++) expect(other.mean[i]).toBeCloseTo(one.mean[i]!, 10);
        expect(other.scale).toBeCloseTo(one.scale, 10);
      }),
      { seed: 4, numRuns: 20 },
    );
  });

  it('takes a row back as if it had never come', () => {
    const rows = rowsOf(100, 5);
    const model = taught(rows);
    for (const row of rows.slice(20, 60)) model.unlearn(row);
    const clean = taught([...rows.slice(0, 20), ...rows.slice(60)]).options[0]!;
    const own = model.options[0]!;
    for (let i = 0; i < D; i++) expect(own.mean[i]).toBeCloseTo(clean.mean[i]!, 10);
    expect(own.scale).toBeCloseTo(clean.scale, 9);
    expect(own.shape).toBeCloseTo(clean.shape, 9);
  });

  it('forgets towards its prior, not towards nothing', () => {
    const model = taught(rowsOf(100, 6));
    for (let day = 0; day < 2_000; day++) model.decay(0.5);
    const fresh = new LinearModel(D, 1);
    const x = Float64Array.of(1, 1, 1, 1, 1);
    expect(asked(model, x)[0]).toBeCloseTo(0, 12);
    expect(asked(model, x)[1]).toBeCloseTo(asked(fresh, x)[1], 12);
  });

  it('knows from sums what it knows from rows', () => {
    const rng = rngFromNumber(9);
    const [one, other] = [new LinearModel(4, 1), new LinearModel(4, 1)];
    const information = new Float64Array(10);
    const response = new Float64Array(4);
    let squares = 0;
    for (let t = 0; t < 500; t++) {
      const x = Float64Array.from({ length: 4 }, (_, i) => (i === 0 ? 1 : rng.normal()));
      const reward = 0.1 * x[1]! + 0.3 * rng.normal();
      one.learn({ x, option: 0, reward, weight: 1 });
      let at = 0;
      for (let i = 0; i < 4; i++) {
        response[i]! += x[i]! * reward;
        for (let j = 0; j <= i; j++) information[at++]! += x[i]! * x[j]!;
      }
      squares += reward * reward;
    }
    other.know(0, { weight: 500, information, response, squares });
    const [a, b] = [one.options[0]!, other.options[0]!];
    for (let i = 0; i < 4; i++) expect(b.mean[i]).toBeCloseTo(a.mean[i]!, 10);
    expect(b.shape).toBe(a.shape);
    expect(b.scale).toBeCloseTo(a.scale, 9);
  });

  it('finds rewards as likely under a prior as predicting them one by one does', () => {
    const rows = rowsOf(60, 5);
    /** Sum of log-densities of Student's t, but for terms in which equal shapes are equal. */
    const predicted = (model: LinearModel): number => {
      let sum = 0;
      for (const row of rows) {
        const own = model.options[0]!;
        const [mean, sd] = asked(model, row.x);
        const variance = sd * sd + own.scale / own.shape;
        const z2 = (row.reward - mean) ** 2 / variance;
        sum -= Math.log(variance) / 2 + (own.shape + 0.5) * Math.log(1 + z2 / (2 * own.shape));
        model.learn({ ...row, weight: 1 });
      }
      return sum;
    };
    const under = (slopes: number): { predicted: number; evidence: number } => {
      const model = new LinearModel(D, 1, { precision: 1, slopes, shape: 1, scale: 0.05 });
      return { predicted: predicted(model), evidence: model.evidence };
    };
    const [loose, tight] = [under(1), under(50)];
    expect(loose.evidence - tight.evidence).toBeCloseTo(loose.predicted - tight.predicted, 8);
    expect(loose.evidence).toBeGreaterThan(tight.evidence);
  });
});
