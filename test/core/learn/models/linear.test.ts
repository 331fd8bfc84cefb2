import { describe, expect, it } from 'vitest';
import {
  factorize,
  packedLength,
  rowStart,
  solveLower,
  solveUpper,
} from '../../../../core/maths/cholesky.ts';
import { LinearModel } from '../../../../core/learn/models/linear.ts';
import { rngFromNumber } from '../../../../core/maths/xoshiro.ts';
import type { Row } from '../../../support/row-sums.ts';
import { summed } from '../../../support/row-sums.ts';

const D = 5;

function rowsOf(n: number, seed: number, scale = 1): Row[] {
  const rng = rngFromNumber(seed);
  return Array.from({ length: n }, () => {
    const x = Float64Array.from({ length: D }, (_, i) => (i === 0 ? 1 : rng.normal()));
    const reward = scale * (0.3 + 0.5 * x[1]! - 0.2 * x[2]! + 0.4 * rng.normal());
    return { x, reward, weight: 0.5 + rng.uniform() };
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
  model.know(0, summed(rows, D));
  return model;
};

const asked = (model: LinearModel, x: Float64Array): [number, number] => {
  const [means, sds] = [new Float64Array(1), new Float64Array(1)];
  model.score(x, [0], means, sds);
  return [means[0]!, sds[0]!];
};

describe('the linear model', () => {
  it('says the same of an option whichever are asked about with it, also of one that was learned anew since', () => {
    const model = new LinearModel(D, 6);
    for (let a = 0; a < 6; a++) model.know(a, summed(rowsOf(40, a + 10), D));
    const [x] = rowsOf(1, 3).map((row) => row.x) as [Float64Array];
    const alone = (a: number): number[] => {
      const [means, sds] = [new Float64Array(1), new Float64Array(1)];
      model.score(x, [a], means, sds);
      return [means[0]!, sds[0]!];
    };
    const some = [5, 0, 4, 1, 2];
    for (const more of [0, 500]) {
      if (more > 0) model.know(4, summed(rowsOf(more, 4), D));
      const [means, sds] = [new Float64Array(5), new Float64Array(5)];
      model.score(x, some, means, sds);
      expect(some.map((_, i) => [means[i], sds[i]])).toEqual(some.map(alone));
    }
  });

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

  it('takes for noise what its weights leave of the rewards', () => {
    const rows = rowsOf(200, 3);
    const { mean, shape, scale } = taught(rows).options[0]!;
    const left = rows.reduce((sum, { x, reward, weight }) => {
      const error = x.reduce((rest, xi, i) => rest - xi * mean[i]!, reward);
      return sum + weight * error * error;
    }, 0);
    // what the prior, of precision 1, holds against the weights is noise as well
    const held = mean.reduce((sum, w) => sum + w * w, 0);
    expect(scale).toBeCloseTo(0.05 + (left + held) / 2, 9);
    expect(shape).toBeCloseTo(1 + rows.reduce((sum, { weight }) => sum + weight, 0) / 2, 9);
  });

  it('forgets towards its prior, not towards nothing', () => {
    const faded = rowsOf(100, 6).map((row) => ({ ...row, weight: 1e-15 * row.weight }));
    const x = Float64Array.of(1, 1, 1, 1, 1);
    const [mean, sd] = asked(taught(faded), x);
    expect(mean).toBeCloseTo(0, 12);
    expect(sd).toBeCloseTo(asked(new LinearModel(D, 1), x)[1], 12);
  });

  it('finds rewards as likely under a prior as predicting them one by one does', () => {
    const rows = rowsOf(60, 5).map((row) => ({ ...row, weight: 1 }));
    /** Sum of log-densities of Student's t, but for terms in which equal shapes are equal. */
    const predicted = (model: LinearModel): number => {
      let sum = 0;
      for (const [i, row] of rows.entries()) {
        const own = model.options[0]!;
        const [mean, sd] = asked(model, row.x);
        const variance = sd * sd + own.scale / own.shape;
        const z2 = (row.reward - mean) ** 2 / variance;
        sum -= Math.log(variance) / 2 + (own.shape + 0.5) * Math.log(1 + z2 / (2 * own.shape));
        model.know(0, summed(rows.slice(0, i + 1), D));
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
