/** A rule on [-1, 1]: nodes, weights, and what turns values at the nodes into integrals from each node up to 1. */
export interface PanelRule {
  nodes: Float64Array;
  weights: Float64Array;
  /** Row-major n x n: entry (i, j) is the weight of value j in the integral from node i to 1. */
  upper: Float64Array;
}

/** Legendre polynomials P_0 .. P_n at x. */
function legendre(n: number, x: number): number[] {
  const p = [1, x];
  for (let k = 2; k <= n; k++) p.push(((2 * k - 1) * x * p[k - 1]! - (k - 1) * p[k - 2]!) / k);
  return p;
}

function root(n: number, i: number): { x: number; weight: number } {
  let x = Math.cos((Math.PI * (i + 0.75)) / (n + 0.5));
  let slope = 0;
  for (let step = 0; step < 100; step++) {
    const p = legendre(n, x);
    slope = (n * (x * p[n]! - p[n - 1]!)) / (x * x - 1);
    const change = p[n]! / slope;
    x -= change;
    if (Math.abs(change) < 1e-16) break;
  }
  return { x, weight: 2 / ((1 - x * x) * slope * slope) };
}

/**
 * Gauss-Legendre rule of n nodes (Golub, Welsch 1969; roots by Newton's method), with the antiderivative of the
 * interpolating polynomial: f = sum c_k P_k with c_k = (2k+1)/2 sum_j w_j f_j P_k(x_j), and the integral of P_k from x to 1
 * is (P_{k-1}(x) - P_{k+1}(x)) / (2k+1).
 */
export function gaussLegendre(n: number): PanelRule {
  const roots = Array.from({ length: n }, (_, i) => root(n, i)).reverse();
  const nodes = Float64Array.from(roots, (r) => r.x);
  const weights = Float64Array.from(roots, (r) => r.weight);
  const at = roots.map((r) => legendre(n + 1, r.x));
  const upper = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let sum = (1 - nodes[i]!) / 2;
      for (let k = 1; k < n; k++) sum += 0.5 * at[j]![k]! * (at[i]![k - 1]! - at[i]![k + 1]!);
      upper[i * n + j] = weights[j]! * sum;
    }
  }
  return { nodes, weights, upper };
}
