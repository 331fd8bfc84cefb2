/**
 * Four lower triangles side by side: entry `e` of the packed one in place `p` (`cholesky.ts`) is at 4 e + p. Work on one matrix waits for each
 * addition to end before the next; work on four does not. A plain array of doubles, since V8 reads it in half the instructions
 * that a typed array takes.
 */
export type FourMatrices = number[];

/** As many as lie side by side. */
export const FOUR = 4;

/** Where row `i` begins: a whole number for the compiler, too, which half of an even one is not. */
const rowOf = (i: number): number => 2 * i * (i + 1);

export function sideBySide(matrices: readonly Float64Array[]): FourMatrices {
  const m: number[] = [];
  const [a, b, c, d] = matrices as [Float64Array, Float64Array, Float64Array, Float64Array];
  for (let at = 0; at < a.length; at++) m.push(a[at]!, b[at]!, c[at]!, d[at]!);
  return m;
}

/** For the last of a number of matrices, which may be fewer than four: then one is there more than once. */
export const fourFrom = (all: readonly Float64Array[], first: number): FourMatrices =>
  sideBySide([0, 1, 2, 3].map((p) => all[Math.min(first + p, all.length - 1)]!));

/**
 * |L^-1 x|^2 of each of four Cholesky factors, into `out`, with the vectors L^-1 x side by side left in `z`. Each is worked out step by step
 * as `quadratic` does (`cholesky.ts`): it is equal to the last digit.
 */
export function solveFour(m: FourMatrices, x: Float64Array, z: number[], out: Float64Array): void {
  let at = 0;
  let q0 = 0;
  let q1 = 0;
  let q2 = 0;
  let q3 = 0;
  for (let i = 0; i < x.length; i++) {
    let s0 = x[i]!;
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    for (let k = 0; k < 4 * i; k += 4) {
      s0 -= m[at]! * z[k]!;
      s1 -= m[at + 1]! * z[k + 1]!;
      s2 -= m[at + 2]! * z[k + 2]!;
      s3 -= m[at + 3]! * z[k + 3]!;
      at += 4;
    }
    const row = 4 * i;
    s0 = z[row] = s0 / m[at]!;
    s1 = z[row + 1] = s1 / m[at + 1]!;
    s2 = z[row + 2] = s2 / m[at + 2]!;
    s3 = z[row + 3] = s3 / m[at + 3]!;
    q0 += s0 * s0;
    q1 += s1 * s1;
    q2 += s2 * s2;
    q3 += s3 * s3;
    at += 4;
  }
  out[0] = q0;
  out[1] = q1;
  out[2] = q2;
  out[3] = q3;
}

/** Cholesky factors L of size `d` become L^-1; in place. */
function invertFactors(m: FourMatrices, d: number): void {
  for (let i = 0; i < d; i++) {
    const row = rowOf(i);
    const pivot = row + 4 * i;
    for (let j = 0; j < i; j++) {
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      let w = rowOf(j) + 4 * j;
      for (let k = j; k < i; k++) {
        const l = row + 4 * k;
        s0 += m[l]! * m[w]!;
        s1 += m[l + 1]! * m[w + 1]!;
        s2 += m[l + 2]! * m[w + 2]!;
        s3 += m[l + 3]! * m[w + 3]!;
        w += 4 * (k + 1);
      }
      const at = row + 4 * j;
      m[at] = -s0 / m[pivot]!;
      m[at + 1] = -s1 / m[pivot + 1]!;
      m[at + 2] = -s2 / m[pivot + 2]!;
      m[at + 3] = -s3 / m[pivot + 3]!;
    }
    for (let p = 0; p < 4; p++) m[pivot + p] = 1 / m[pivot + p]!;
  }
}

/** Lower triangles W of size `d` become the lower triangles of W'W; in place. */
function squareFactors(m: FourMatrices, d: number): void {
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      let row = rowOf(i);
      for (let k = i; k < d; k++) {
        const one = row + 4 * i;
        const other = row + 4 * j;
        s0 += m[one]! * m[other]!;
        s1 += m[one + 1]! * m[other + 1]!;
        s2 += m[one + 2]! * m[other + 2]!;
        s3 += m[one + 3]! * m[other + 3]!;
        row += 4 * (k + 1);
      }
      const at = rowOf(i) + 4 * j;
      m[at] = s0;
      m[at + 1] = s1;
      m[at + 2] = s2;
      m[at + 3] = s3;
    }
  }
}

/** Cholesky factors L of size `d` become the lower triangles of (LL')^-1; in place. */
export function invertFour(m: FourMatrices, d: number): void {
  invertFactors(m, d);
  squareFactors(m, d);
}

/**
 * x'v of each of four vectors side by side, into `out`.
 * @param places where x is not 0, four times each, and `values` what it is there
 */
export function dotFour(
  v: FourMatrices,
  places: readonly number[],
  values: readonly number[],
  out: Float64Array,
): void {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  for (let j = 0; j < places.length; j++) {
    const at = places[j]! | 0;
    const x = values[j]!;
    s0 += x * v[at]!;
    s1 += x * v[at + 1]!;
    s2 += x * v[at + 2]!;
    s3 += x * v[at + 3]!;
  }
  out[0] = s0;
  out[1] = s1;
  out[2] = s2;
  out[3] = s3;
}

/**
 * x'Ax of each of four symmetric matrices, into the first four of `out`, and what of it is of their diagonals into the next four.
 * @param places where x is not 0, ascending, four times each, and `values` what it is there
 */
export function quadraticFour(
  m: FourMatrices,
  places: readonly number[],
  values: readonly number[],
  out: Float64Array,
): void {
  out.fill(0);
  for (let i = 0; i < places.length; i++) {
    const own = places[i]!;
    const row = (own * (own + 4)) / 8;
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let j = 0; j < i; j++) {
      // said to be a whole number of 32 bits: a third less time than where the compiler has to look whether it still is one
      const at = (row + places[j]!) | 0;
      const x = values[j]!;
      s0 += m[at]! * x;
      s1 += m[at + 1]! * x;
      s2 += m[at + 2]! * x;
      s3 += m[at + 3]! * x;
    }
    const x = values[i]!;
    out[0]! += 2 * x * s0;
    out[1]! += 2 * x * s1;
    out[2]! += 2 * x * s2;
    out[3]! += 2 * x * s3;
    const pivot = (row + own) | 0;
    for (let p = 0; p < 4; p++) out[4 + p]! += x * x * m[pivot + p]!;
  }
  for (let p = 0; p < 4; p++) out[p]! += out[4 + p]!;
}
