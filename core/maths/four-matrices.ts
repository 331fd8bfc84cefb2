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
 * x'Ax of each of four symmetric matrices, into the first four of `out`, and what of it is of their diagonals into the next four.
 * @param columns where x is not 0, ascending, and `values` what it is there
 */
export function quadraticFour(
  m: FourMatrices,
  columns: readonly number[],
  values: readonly number[],
  out: Float64Array,
): void {
  out.fill(0);
  for (let i = 0; i < columns.length; i++) {
    const row = rowOf(columns[i]!);
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let j = 0; j < i; j++) {
      const at = row + 4 * columns[j]!;
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
    const pivot = row + 4 * columns[i]!;
    for (let p = 0; p < 4; p++) out[4 + p]! += x * x * m[pivot + p]!;
  }
  for (let p = 0; p < 4; p++) out[p]! += out[4 + p]!;
}
