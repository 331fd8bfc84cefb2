import { gaussLegendre } from './gauss-legendre.ts';
import { logBeta } from './log-gamma.ts';

export interface Beta {
  alpha: number;
  beta: number;
}

/** A Beta variable on the log-odds scale, where it has no end points and, but for shapes below 1, is close to normal. */
interface LogOdds extends Beta {
  logNorm: number;
  /** Heights around its features, ascending: nothing that matters is outside the second and the last. */
  edges: number[];
  /** Width of its finest feature. */
  grain: number;
  /** Between these it has its finest features; beyond them it has tails, if any, that fall as e^(-shape t). */
  from: number;
  to: number;
}

const RULE = gaussLegendre(6);
const N = RULE.nodes.length;
/** Densities below e^-40 of the log-odds scale change no probability by 1e-15. */
const LOG_NOTHING = -40;
/** Once the largest is below here with no more than this probability, nothing below is integrated. */
const ENOUGH = 1e-7;
/** Width of a panel in units of the finest feature inside it. */
const PANEL = 1.9;
/** Width of a panel in a tail: in units of 1 / shape, and as a share of the distance to where the tail begins. */
const TAIL_PANEL = 2;
const TAIL_GROWTH = 0.7;
/** Log-density, on the log-odds scale, below which an option is left out from the top. */
const LOG_FAINT = -25;
/** Heights around each mode, in standard deviations: the tails of a Beta are exponential in log-odds. */
const EDGES = [-8, -5, -3.2, -2, -1, 0, 1, 2, 3.2, 5, 8, 14];
/**
 * A shape below 1 (no success in thousands of trials) makes a tail at rate `shape` that ends in a cliff about one unit wide:
 * heights beyond the cliff, before it, and along the tail in units of 1 / shape.
 */
const CLIFF = [-4, -2.5, -1, 0, 1, 2.5, 4, 6, 9, 14];
const TAIL = [0.25, 1, 2, 3.5, 5.5, 8, 12, 18];

/**
 * P(X_a is the largest) for independent X_a ~ Beta(alpha_a, beta_a): the integral of f_a times the product of the other
 * F_b, by Gauss-Legendre quadrature on panels as wide as the finest feature inside them allows, on the log-odds scale; the
 * F_b come from the same panels. Sums to 1; error below 1e-3 in the tests (shapes from 1e-5 to 1e6, up
 * to 50 options).
 */
export function bestBetaProbabilities(betas: readonly Beta[]): Float64Array {
  const all = betas.map(logOdds);
  const floor = Math.max(...all.map((o) => o.edges[1]!));
  // Whoever ends below where another begins never wins, and its F is 1 wherever it matters.
  const live = all.flatMap((o, i) => (o.edges.at(-1)! > floor ? [i] : []));
  // who begins highest comes first: at any height, those met so far are a prefix
  live.sort((a, b) => all[b]!.edges.at(-1)! - all[a]!.edges.at(-1)!);
  const result = new Float64Array(betas.length);
  const wins = integrate(
    live.map((i) => all[i]!),
    floor,
  );
  const total = wins.reduce((sum, p) => sum + p, 0);
  for (const [k, i] of live.entries()) result[i] = wins[k]! / total;
  return result;
}

function logOdds({ alpha, beta }: Beta): LogOdds {
  const mode = Math.log(alpha / beta);
  const sd = Math.sqrt(1 / alpha + 1 / beta);
  const steep = alpha < 1 || beta < 1;
  const edges = steep ? steepEdges(alpha, beta) : EDGES.map((c) => mode + c * sd);
  const [from, to] = steep
    ? [-Math.log(Math.max(1, beta)) - 4, Math.log(Math.max(1, alpha)) + 4]
    : [-Infinity, Infinity];
  const option = { alpha, beta, logNorm: logBeta(alpha, beta), edges, grain: Math.min(1, sd), from, to };
  while (edges.length > 2 && logDensity(option, edges.at(-2)!) < LOG_FAINT) edges.pop();
  return option;
}

/** ln of the density at log-odds `t`: ln x and ln(1 - x) for x = 1 / (1 + e^-t), stable on both sides. */
function logDensity({ alpha, beta, logNorm }: Beta & { logNorm: number }, t: number): number {
  const logX = t < 0 ? t - Math.log1p(Math.exp(t)) : -Math.log1p(Math.exp(-t));
  return alpha * logX + beta * (logX - t) - logNorm;
}

/** Edges where at least one shape is below 1. */
function steepEdges(alpha: number, beta: number): number[] {
  const low = -Math.log(Math.max(1, beta));
  const high = Math.log(Math.max(1, alpha));
  const edges = [
    ...(alpha < 1 ? [...CLIFF.map((c) => low + c), ...TAIL.map((c) => low - 4 - c / alpha)] : []),
    ...(beta < 1 ? [...CLIFF.map((c) => high - c), ...TAIL.map((c) => high + 4 + c / beta)] : []),
  ];
  return edges.sort((a, b) => a - b);
}

/** How wide a panel may be at height `t` for one option. */
function roomOf({ alpha, beta, edges, grain, from, to }: LogOdds, t: number): number {
  const own = PANEL * grain;
  const free = t - edges.at(-1)! + grain;
  const [shape, distance] = t > to ? [beta, t - to] : [alpha, from - t];
  const tail = shape < 1 ? Math.min(TAIL_PANEL / shape, TAIL_GROWTH * distance) : 0;
  return Math.max(own, free, tail);
}

/** What one integration works on: densities of a panel, row by row of options, and what lies above it. */
interface Sheet {
  /** How many of the options reach up to the panel. */
  open: number;
  options: readonly LogOdds[];
  wins: Float64Array;
  tail: Float64Array;
  density: Float64Array;
  below: Float64Array;
  prefix: Float64Array;
}

/** From the top panel down, so that every upper tail is known when its panel is reached. */
function integrate(options: readonly LogOdds[], floor: number): Float64Array {
  const k = options.length;
  const row = (): Float64Array => new Float64Array(k);
  const sheet: Sheet = {
    open: 0,
    options,
    wins: row(),
    tail: row(),
    density: new Float64Array(k * N),
    below: row(),
    prefix: row(),
  };
  let top = Math.max(...options.map((o) => o.edges.at(-1)!));
  let left = 1;
  while (left > ENOUGH && top > floor) {
    const width = options.reduce((least, o) => Math.min(least, roomOf(o, top)), top - floor);
    const half = width / 2;
    top -= width;
    while (sheet.open < k && options[sheet.open]!.edges.at(-1)! > top) sheet.open++;
    fillDensity(sheet, top + half, half);
    for (let node = N - 1; node >= 0; node--) left = addNode(sheet, node, half);
    for (let a = 0; a < sheet.open; a++) {
      for (let j = 0; j < N; j++) sheet.tail[a]! += half * RULE.weights[j]! * sheet.density[a * N + j]!;
    }
  }
  return sheet.wins;
}

function fillDensity({ options, open, density }: Sheet, centre: number, half: number): void {
  for (let j = 0; j < N; j++) {
    const t = centre + half * RULE.nodes[j]!;
    // ln x and ln(1 - x) for x = 1 / (1 + e^-t), stable on both sides
    const logX = t < 0 ? t - Math.log1p(Math.exp(t)) : -Math.log1p(Math.exp(-t));
    const logY = logX - t;
    for (let a = 0; a < open; a++) {
      const { alpha, beta, logNorm } = options[a]!;
      const log = alpha * logX + beta * logY - logNorm;
      density[a * N + j] = log < LOG_NOTHING ? 0 : Math.exp(log);
    }
  }
}

/** Adds f_a times the product of the other F_b at one node, for every a; returns P(the largest is below the node). */
function addNode({ open, wins, tail, density, below, prefix }: Sheet, node: number, half: number): number {
  let product = 1;
  for (let a = 0; a < open; a++) {
    let above = tail[a]!;
    for (let j = 0; j < N; j++) above += half * RULE.upper[node * N + j]! * density[a * N + j]!;
    // product of all the others without dividing: prefix times suffix
    prefix[a] = product;
    below[a] = Math.min(1, Math.max(0, 1 - above));
    product *= below[a]!;
  }
  let suffix = half * RULE.weights[node]!;
  for (let a = open - 1; a >= 0; a--) {
    wins[a]! += density[a * N + node]! * prefix[a]! * suffix;
    suffix *= below[a]!;
  }
  return product;
}
