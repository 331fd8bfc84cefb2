/**
 * Lower triangular factors of symmetric positive definite matrices, packed by rows: entry (i, j), j <= i, is at
 * i (i + 1) / 2 + j. A model keeps the factor of its precision and never an inverse: the error of a solve then grows with
 * the square root of the condition number.
 */
export const packedLength = (d: number): number => (d * (d + 1)) / 2;

/** Where row `i` begins. */
export const rowStart = (i: number): number => (i * (i + 1)) / 2;

/**
 * Cholesky factor of the packed matrix `a` of size `d`, into `out` (which may be `a`).
 * @throws RangeError where `a` is not positive definite: a fallback would quietly change what is drawn.
 */
export function factorize(a: Float64Array, d: number, out: Float64Array): Float64Array {
  for (let i = 0; i < d; i++) {
    const row = rowStart(i);
    for (let j = 0; j <= i; j++) {
      const other = rowStart(j);
      let sum = a[row + j]!;
      for (let k = 0; k < j; k++) sum -= out[row + k]! * out[other + k]!;
      if (i !== j) out[row + j] = sum / out[other + j]!;
      else if (sum > 0) out[row + i] = Math.sqrt(sum);
      else throw new RangeError(`not positive definite at ${i}: ${sum}`);
    }
  }
  return out;
}

/** Solves L z = x into `out` (which may be `x`). */
export function solveLower(l: Float64Array, x: Float64Array, out: Float64Array): Float64Array {
  const d = x.length;
  let at = 0;
  for (let i = 0; i < d; i++) {
    let sum = x[i]!;
    for (let j = 0; j < i; j++) sum -= l[at++]! * out[j]!;
    out[i] = sum / l[at++]!;
  }
  return out;
}

/** Solves L' z = x into `out` (which may be `x`). Walks rows, so that memory is read in order. */
export function solveUpper(l: Float64Array, x: Float64Array, out: Float64Array): Float64Array {
  const d = x.length;
  if (out !== x) out.set(x);
  for (let i = d - 1; i >= 0; i--) {
    const row = rowStart(i);
    const z = out[i]! / l[row + i]!;
    out[i] = z;
    for (let j = 0; j < i; j++) out[j]! -= l[row + j]! * z;
  }
  return out;
}

/** |L^-1 x|^2 = x' (LL')^-1 x, with L^-1 x left in `z`. */
export function quadratic(l: Float64Array, x: Float64Array, z: Float64Array): number {
  const d = x.length;
  let at = 0;
  let q = 0;
  for (let i = 0; i < d; i++) {
    let sum = x[i]!;
    for (let j = 0; j < i; j++) sum -= l[at++]! * z[j]!;
    const value = sum / l[at++]!;
    z[i] = value;
    q += value * value;
  }
  return q;
}

/** x' A x of a packed matrix. */
export function packedQuadratic(a: ArrayLike<number>, x: Float64Array): number {
  let [at, sum] = [0, 0];
  for (let i = 0; i < x.length; i++) {
    let row = 0;
    for (let j = 0; j < i; j++) row += a[at++]! * x[j]!;
    sum += x[i]! * (2 * row + a[at++]! * x[i]!);
  }
  return sum;
}

/**
 * Makes L the factor of LL' + xx', in place (Gill, Golub, Murray, Saunders, "Methods for Modifying Matrix Factorizations",
 * 1974, method C1). Destroys `x`. Adding only: taking away loses digits and can fail.
 */
export function rankOneUpdate(l: Float64Array, x: Float64Array): void {
  const d = x.length;
  for (let k = 0; k < d; k++) {
    const xk = x[k]!;
    // one-hot contexts: nothing to rotate
    if (xk === 0) continue;
    let at = rowStart(k) + k;
    const pivot = l[at]!;
    const r = Math.sqrt(pivot * pivot + xk * xk);
    const c = r / pivot;
    const s = xk / pivot;
    const inverse = pivot / r;
    l[at] = r;
    for (let i = k + 1; i < d; i++) {
      at += i;
      const value = (l[at]! + s * x[i]!) * inverse;
      l[at] = value;
      x[i] = c * x[i]! - s * value;
    }
  }
}

/** ln det(LL'). */
export function logDeterminant(l: Float64Array, d: number): number {
  let sum = 0;
  for (let i = 0; i < d; i++) sum += Math.log(l[rowStart(i) + i]!);
  return 2 * sum;
}

/** Diagonal of (LL')^-1, into `out`: the variance of each weight. */
export function inverseDiagonal(l: Float64Array, out: Float64Array): Float64Array {
  const d = out.length;
  out.fill(0);
  const z = new Float64Array(d);
  for (let k = 0; k < d; k++) {
    // column k of L^-1 is L^-1 e_k
    z.fill(0);
    for (let i = k; i < d; i++) {
      const row = rowStart(i);
      let sum = i === k ? 1 : 0;
      for (let j = k; j < i; j++) sum -= l[row + j]! * z[j]!;
      z[i] = sum / l[row + i]!;
    }
    let sum = 0;
    for (let i = k; i < d; i++) sum += z[i]! * z[i]!;
    out[k] = sum;
  }
  return out;
}
