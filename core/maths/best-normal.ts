import { gaussLegendre } from './gauss-legendre.ts';
import { normalCdf, normalPdf } from './normal.ts';

const RULE = gaussLegendre(5);
const NODES = RULE.nodes;
const WEIGHTS = RULE.weights;
/** Standard deviations on either side of a mean where its distribution function still changes. */
const REACH = 5.5;
/** Width of a panel in standard deviations of the narrowest option that changes inside it. */
const PANEL = 1.9;
/** Once the largest is below here with no more than this probability, nothing below is integrated. */
const ENOUGH = 1e-7;

/** Values of the distribution function and density on a grid, from which a Taylor step is exact to 1e-9. */
const STEPS = 32;
const SIZE = 2 * 6 * STEPS + 1;
const CDF = Array.from({ length: SIZE }, (_, i) => normalCdf(i / STEPS - 6));
const PDF = Array.from({ length: SIZE }, (_, i) => normalPdf(i / STEPS - 6));

/**
 * What an integration works in, of the options that can win, those that reach highest first. Plain arrays, the same ones for every integration:
 * making them took as long as a third of it.
 */
interface Sheet {
  /** How many options there are, and how many of them reach up to where the integration is; those behind are below for certain. */
  count: number;
  open: number;
  mean: number[];
  inverse: number[];
  sd: number[];
  below: number[];
  density: number[];
  wins: number[];
  /** Up to where each of all options reaches, in their own order. */
  reach: number[];
}

const sheet: Sheet = {
  ...{ count: 0, open: 0, mean: [], inverse: [], sd: [], below: [], density: [], wins: [], reach: [] },
};

/** Density and distribution function of every option at `y`; returns the probability that the largest is below. */
function fill({ open, mean, inverse, below, density }: Sheet, y: number): number {
  let product = 1;
  for (let a = 0; a < open; a++) {
    const z = (y - mean[a]!) * inverse[a]!;
    if (z >= 6 || z <= -6) {
      density[a] = 0;
      below[a] = z > 0 ? 1 : 0;
    } else {
      const cell = Math.round((z + 6) * STEPS);
      const at = cell / STEPS - 6;
      const h = z - at;
      const f = PDF[cell]!;
      const curve = 0.5 * h * (at * at - 1);
      density[a] = f * (1 + h * (curve - at - (h * h * at * (at * at - 3)) / 6)) * inverse[a]!;
      below[a] = CDF[cell]! + f * h * (1 + h * (curve / 3 - at / 2));
    }
    product *= below[a]!;
  }
  return product;
}

/** Adds f_a times the product of the other F_b, times `weight`, to every option. */
function add({ open, below, density, wins }: Sheet, weight: number): void {
  let product = weight;
  // products of all the others without dividing: what is before, then what is behind
  for (let a = 0; a < open; a++) {
    density[a]! *= product;
    product *= below[a]!;
  }
  product = 1;
  for (let a = open - 1; a >= 0; a--) {
    wins[a]! += density[a]! * product;
    product *= below[a]!;
  }
}

/** How far down a panel that begins at `y` may reach. */
function width({ count, mean, sd }: Sheet, y: number): number {
  let least = Infinity;
  for (let a = 0; a < count; a++) {
    const free = y - mean[a]! - (REACH - 1) * sd[a]!;
    const own = PANEL * sd[a]!;
    const reach = free > own ? free : own;
    if (reach < least) least = reach;
  }
  return least;
}

const reaches = ({ mean, sd }: Sheet, a: number): number => mean[a]! + REACH * sd[a]!;

/** From the top down, until the largest is almost surely above. */
function integrate(top: number): void {
  let y = top;
  let left = 1;
  while (left > ENOUGH) {
    const half = width(sheet, y) / 2;
    const centre = y - half;
    while (sheet.open < sheet.count && reaches(sheet, sheet.open) > centre - half) sheet.open++;
    for (let j = NODES.length - 1; j >= 0; j--) {
      left = fill(sheet, centre + half * NODES[j]!);
      add(sheet, half * WEIGHTS[j]!);
    }
    y = centre - half;
  }
}

/**
 * P(X_a is the largest) for independent X_a ~ N(means[a], sds[a]^2), into `out`: the integral of f_a times the product of
 * the other F_b by Gauss-Legendre quadrature on panels that are as wide as the narrowest option allows where they are.
 * Sums to 1; error below 1e-4, typically 1e-6. Standard deviations may be 0. Of none nothing.
 * @throws RangeError where a mean or a standard deviation is not finite
 */
export function bestNormalProbabilities(
  means: Float64Array,
  sds: Float64Array,
  out: Float64Array,
): Float64Array {
  const k = means.length;
  if (k === 0) return out;
  let [scale, floor, top, finite] = [0, -Infinity, -Infinity, 0];
  for (let a = 0; a < k; a++) scale = Math.max(scale, Math.abs(means[a]!), sds[a]!);
  const least = scale > 0 ? 1e-12 * scale : 1e-300;
  for (let a = 0; a < k; a++) {
    const s = Math.max(sds[a]!, least);
    // 0 x infinity and 0 x NaN are NaN, and stay so
    finite += 0 * means[a]! + 0 * sds[a]!;
    floor = Math.max(floor, means[a]! - REACH * s);
    top = Math.max(top, means[a]! + REACH * s);
  }
  if (!Number.isFinite(finite)) throw new RangeError('means and standard deviations must be finite');
  const { reach } = sheet;
  const live: number[] = [];
  for (let a = 0; a < k; a++) {
    reach[a] = means[a]! + REACH * Math.max(sds[a]!, least);
    if (reach[a]! > floor) live.push(a);
  }
  live.sort((a, b) => reach[b]! - reach[a]!);
  sheet.count = live.length;
  sheet.open = 0;
  for (let i = 0; i < live.length; i++) {
    const sd = Math.max(sds[live[i]!]!, least);
    sheet.mean[i] = means[live[i]!]!;
    sheet.sd[i] = sd;
    sheet.inverse[i] = 1 / sd;
    sheet.wins[i] = 0;
  }
  integrate(top);
  let total = 0;
  for (let i = 0; i < live.length; i++) total += sheet.wins[i]!;
  out.fill(0);
  for (let i = 0; i < live.length; i++) out[live[i]!] = sheet.wins[i]! / total;
  return out;
}
