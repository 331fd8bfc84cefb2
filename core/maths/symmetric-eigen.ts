/** Largest element beside the diagonal, against the largest on it, at which rotating ends. */
const SMALL = 1e-14;
const SWEEPS = 30;

/** Eigenvalues of a symmetric matrix, and of each its unit vector. */
export interface Eigen {
  values: Float64Array;
  vectors: Float64Array[];
}

/**
 * By Jacobi's rotations, row by row until nothing is left beside the diagonal (Golub, Van Loan, "Matrix Computations", 4th ed., 8.5). For small
 * matrices: `n` cubed, some ten times.
 * @param matrix rows of a symmetric matrix; left as it is
 */
export function symmetricEigen(matrix: readonly Float64Array[]): Eigen {
  const a = matrix.map((row) => row.slice());
  const vectors = a.map((_, i) => new Float64Array(a.length).fill(1, i, i + 1));
  const least = SMALL * Math.max(...a.map((row, i) => Math.abs(row[i]!)), Number.MIN_VALUE);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let rotated = false;
    for (let p = 0; p < a.length; p++) {
      for (let q = p + 1; q < a.length; q++) {
        if (Math.abs(a[p]![q]!) <= least) continue;
        rotate(a, vectors, p, q);
        rotated = true;
      }
    }
    if (!rotated) break;
  }
  return { values: Float64Array.from(a, (row, i) => row[i]!), vectors };
}

/** Turns the axes `p` and `q` so that nothing is left between them; `vectors` are rows. */
function rotate(a: readonly Float64Array[], vectors: readonly Float64Array[], p: number, q: number): void {
  const theta = (a[q]![q]! - a[p]![p]!) / (2 * a[p]![q]!);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const c = 1 / Math.hypot(t, 1);
  const s = t * c;
  for (const row of a) {
    const x = row[p]!;
    row[p] = c * x - s * row[q]!;
    row[q] = s * x + c * row[q]!;
  }
  for (const rows of [a, vectors]) {
    const [one, other] = [rows[p]!, rows[q]!];
    for (let k = 0; k < one.length; k++) {
      const x = one[k]!;
      one[k] = c * x - s * other[k]!;
      other[k] = s * x + c * other[k]!;
    }
  }
}
