import { rowStart } from '../../maths/cholesky.ts';
import type { Evidence } from './evidence.ts';
import { logistic, softplus, solve } from './evidence.ts';
import type { Belief, GroupPrior } from './group-prior.ts';
import type { Rows } from './rows.ts';

/** Newton steps, and halvings of one step, before a mode is good enough as it is. */
const STEPS = 20;
const HALVINGS = 6;
/** Gain of log-posterior below which the mode is found, in nats. */
const GAIN = 0.01;
/** Curvature of a row whose outcome is certain: keeps every solve well posed. */
const LEAST_CURVATURE = 1e-6;

function logPrior(prior: GroupPrior, mean: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < mean.length; j++) {
    sum -= (0.5 * (mean[j]! - prior.mean[j]!) ** 2) / prior.varianceOf(j);
  }
  return sum;
}

/** Linearises every row of one option at `mean` into `evidence`; returns their log-likelihood. Skips zeros of one-hots. */
function linearise(rows: Rows, option: number, mean: Float64Array, evidence: Evidence): number {
  const { information, response } = evidence;
  const d = mean.length;
  const at = new Int32Array(d);
  information.fill(0);
  response.fill(0);
  let likelihood = 0;
  for (let t = 0; t < rows.length; t++) {
    if (rows.option[t] !== option) continue;
    const start = t * d;
    let logOdds = 0;
    let count = 0;
    for (let i = 0; i < d; i++) {
      const xi = rows.x[start + i]!;
      if (xi === 0) continue;
      logOdds += xi * mean[i]!;
      at[count++] = i;
    }
    const weight = rows.weight[t]!;
    const reward = rows.reward[t]!;
    const p = logistic(logOdds);
    const curve = weight * Math.max(p * (1 - p), LEAST_CURVATURE);
    const pull = curve * logOdds + weight * (reward - p);
    likelihood += weight * (reward * logOdds - softplus(logOdds));
    for (let n = 0; n < count; n++) {
      const i = at[n]!;
      const xi = rows.x[start + i]!;
      response[i]! += pull * xi;
      const row = rowStart(i);
      for (let m = 0; m <= n; m++) information[row + at[m]!]! += curve * xi * rows.x[start + at[m]!]!;
    }
  }
  return likelihood;
}

/** The parts of a model that a refit replaces. */
interface Parts {
  evidence: readonly Evidence[];
  beliefs: readonly Belief[];
}

/**
 * Moves one option to the posterior mode of its rows, by Newton's method (iteratively reweighted least squares) with steps
 * halved where they overshoot, which they do on separable rows.
 */
export function refit(prior: GroupPrior, rows: Rows, option: number, parts: Parts): void {
  const evidence = parts.evidence[option]!;
  const belief = parts.beliefs[option]!;
  const before = new Float64Array(belief.mean.length);
  let best = -Infinity;
  let halvings = 0;
  for (let step = 0; step < STEPS; step++) {
    const value = linearise(rows, option, belief.mean, evidence) + logPrior(prior, belief.mean);
    if (value < best - 1e-7 && halvings < HALVINGS) {
      for (let i = 0; i < before.length; i++) belief.mean[i] = (belief.mean[i]! + before[i]!) / 2;
      halvings++;
      continue;
    }
    const gain = value - best;
    best = value;
    halvings = 0;
    before.set(belief.mean);
    solve(prior, evidence, belief);
    if (gain < GAIN && step > 0) return;
  }
}
