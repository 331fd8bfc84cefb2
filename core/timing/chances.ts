import type { Rng } from '../contracts/rng.ts';
import { TIME_PARTS } from '../domain/timing.ts';
import { bestNormalProbabilities } from '../maths/best-normal.ts';
import type { HourBelief } from './hour-model.ts';

/** Share of each variant's messages that tries all its times alike. */
const EXPLORATION = 0.01;
/**
 * Shares of the standard deviations that are drawn with: what is learned of others is learned soon, and persons who differ
 * explore by themselves. Chosen, not learned.
 */
const SCALE = { others: 0.7, own: 0.25 };
/** Relative differences below this are not told apart. */
const LEAST_SD = 0.05;

/** How much a time would be preferred to one of which the same is expected and everything known: what is cut off last. */
export const promise = ({ factor, variance, own }: HourBelief): number =>
  factor * Math.exp(2 * Math.sqrt(variance + own * SCALE.own ** 2));

/**
 * Probability of each time in millionths: that it is the most responsive (Thompson sampling of log-normal factors, panel
 * quadrature, error < 1e-4), with the same small chance under each. Sums to a million.
 */
export function chancesOf(beliefs: readonly HourBelief[]): number[] {
  const count = beliefs.length;
  const means = Float64Array.from(beliefs, ({ factor }) => Math.log(factor));
  const sds = Float64Array.from(beliefs, ({ variance, own }) => {
    return Math.max(LEAST_SD, Math.sqrt(SCALE.others ** 2 * variance + SCALE.own ** 2 * own));
  });
  const wins = bestNormalProbabilities(means, sds, new Float64Array(count));
  return inParts(Array.from(wins, (win) => EXPLORATION / count + (1 - EXPLORATION) * win));
}

/** The same chance for each. */
export const evenChances = (count: number): number[] => inParts(new Array<number>(count).fill(1 / count));

/** Probabilities as whole numbers of which what rounding leaves goes to the likeliest. */
function inParts(probabilities: readonly number[]): number[] {
  const parts = probabilities.map((p) => Math.floor(p * TIME_PARTS));
  const left = parts.reduce((rest, part) => rest - part, TIME_PARTS);
  parts[probabilities.indexOf(Math.max(...probabilities))]! += left;
  return parts;
}

/** Place of the drawn one. */
export function drawPart(parts: readonly number[], rng: Rng): number {
  let left = Math.floor(rng.uniform() * TIME_PARTS);
  return parts.findIndex((part) => (left -= part) < 0);
}
