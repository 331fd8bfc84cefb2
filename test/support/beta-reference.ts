interface Shape {
  alpha: number;
  beta: number;
}

/** Log of the density of the log-odds of a Beta variable, up to a constant: largest (0) at its mode. */
function logDensity({ alpha, beta }: Shape, t: number): number {
  const logX = t < 0 ? t - Math.log1p(Math.exp(t)) : -Math.log1p(Math.exp(-t));
  const mode = Math.log(alpha / beta);
  const top = -alpha * Math.log1p(beta / alpha) - beta * Math.log1p(alpha / beta);
  return Number.isFinite(mode) ? alpha * logX + beta * (logX - t) - top : -Infinity;
}

/** Points dense around the mode and the cliffs, geometric where tails are exponential. */
function points({ alpha, beta }: Shape): number[] {
  const centre = Math.log(alpha / beta);
  const scale = Math.min(1, Math.sqrt(1 / alpha + 1 / beta));
  const low = Math.min(centre - 12 * scale, beta < 1 ? Math.log(alpha) - 6 : Infinity);
  const high = Math.max(centre + 12 * scale, alpha < 1 ? 6 - Math.log(beta) : -Infinity);
  const all: number[] = [];
  for (let t = low; t <= high; t += 0.02 * scale) all.push(t);
  for (let s = 0.02 * scale; s < 45 / alpha; s *= 1.01) all.push(low - s);
  for (let s = 0.02 * scale; s < 45 / beta; s *= 1.01) all.push(high + s);
  return all;
}

/** Distribution function of one option at every grid point, by the trapezoid rule on its own unnormalised density. */
function distribution(shape: Shape, grid: Float64Array): Float64Array {
  const total = new Float64Array(grid.length);
  let before = 0;
  for (let i = 0; i < grid.length; i++) {
    const density = Math.exp(logDensity(shape, grid[i]!));
    if (i > 0) total[i] = total[i - 1]! + ((grid[i]! - grid[i - 1]!) * (density + before)) / 2;
    before = density;
  }
  const all = total.at(-1)!;
  return total.map((x) => x / all);
}

/**
 * P(each is the largest) by brute force: a Stieltjes sum over a grid of thousands of points an option, which shares
 * neither rule, norm nor truncation with what it checks.
 */
export function bestByBruteForce(shapes: readonly Shape[]): number[] {
  const grid = Float64Array.from(shapes.flatMap(points)).sort();
  const cdfs = shapes.map((shape) => distribution(shape, grid));
  const wins = shapes.map(() => 0);
  for (let i = 1; i < grid.length; i++) {
    const middle = cdfs.map((cdf) => (cdf[i]! + cdf[i - 1]!) / 2);
    for (const [a, cdf] of cdfs.entries()) {
      const mass = cdf[i]! - cdf[i - 1]!;
      if (mass === 0) continue;
      wins[a]! += middle.reduce((product, x, b) => (b === a ? product : product * x), mass);
    }
  }
  return wins;
}
