const ROOT_TWO_PI = Math.sqrt(2 * Math.PI);

/** Density of the standard normal. */
export const normalPdf = (x: number): number => Math.exp(-0.5 * x * x) / ROOT_TWO_PI;

/** Value of top(x) / bottom(x), coefficients from the highest power down. */
function ratio(top: readonly number[], bottom: readonly number[], x: number): number {
  let [n, d] = [0, 0];
  for (const c of top) n = n * x + c;
  for (const c of bottom) d = d * x + c;
  return n / d;
}

// Cody, "Rational Chebyshev Approximations for the Error Function", 1969: erf near 0, erfc from 0.46875 to 4, erfc beyond
const NEAR = [
  [
    1.85777706184603153e-1, 3.1611237438705656, 1.13864154151050156e2, 3.77485237685302021e2,
    3.20937758913846947e3,
  ],
  [1, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3],
] as const;
const MIDDLE = [
  [
    2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594, 6.61191906371416295e1,
    2.98635138197400131e2, 8.8195222124176909e2, 1.71204761263407058e3, 2.05107837782607147e3,
    1.23033935479799725e3,
  ],
  [
    1, 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2, 1.62138957456669019e3,
    3.29079923573345963e3, 4.36261909014324716e3, 3.43936767414372164e3, 1.23033935480374942e3,
  ],
] as const;
const FAR = [
  [
    1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1, 1.25781726111229246e-1,
    1.60837851487422766e-2, 6.58749161529837803e-4,
  ],
  [
    1, 2.56852019228982242, 1.87295284992346725, 5.27905102951428412e-1, 6.05183413124413191e-2,
    2.33520497626869185e-3,
  ],
] as const;

/** erfc(x) for x > 0.46875. */
function erfcAbove(x: number): number {
  // e^(-x^2) with x cut to 1/16: the rounding of x^2 would cost digits in the tail
  const cut = Math.trunc(x * 16) / 16;
  const e = Math.exp(-cut * cut) * Math.exp(-(x - cut) * (x + cut));
  if (x <= 4) return e * ratio(...MIDDLE, x);
  const y = 1 / (x * x);
  return (e / x) * (1 / Math.sqrt(Math.PI) - y * ratio(...FAR, y));
}

/** P(Z <= x) for a standard normal Z, to double accuracy, relative in the lower tail. */
export function normalCdf(x: number): number {
  const z = Math.abs(x) / Math.SQRT2;
  if (z <= 0.46875) return 0.5 + (0.5 * x * ratio(...NEAR, z * z)) / Math.SQRT2;
  const tail = z > 27 ? 0 : 0.5 * erfcAbove(z);
  return x > 0 ? 1 - tail : tail;
}

// Wichura, "Algorithm AS 241: The Percentage Points of the Normal Distribution", 1988 (PPND16)
const CENTRE = [
  [
    2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
    13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608,
  ],
  [
    5226.495278852854561, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867,
    5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1,
  ],
] as const;
const SIDE = [
  [
    7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177, 1.27045825245236838258,
    3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734,
  ],
  [
    1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966, 0.14810397642748007459,
    0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187, 1,
  ],
] as const;
const EDGE = [
  [
    2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386, 0.026532189526576123093,
    0.29656057182850489123, 1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772,
  ],
  [
    2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4,
    0.0148753612908506148525, 0.13692988092273580531, 0.59983220655588793769, 1,
  ],
] as const;

/** The x with P(Z <= x) = p, for p in (0, 1); relative error about 1e-16. -Infinity and Infinity at the ends. */
export function normalQuantile(p: number): number {
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) return q * ratio(...CENTRE, 0.180625 - q * q);
  const r = Math.sqrt(-Math.log(q < 0 ? p : 1 - p));
  const x = r <= 5 ? ratio(...SIDE, r - 1.6) : r === Infinity ? Infinity : ratio(...EDGE, r - 5);
  return q < 0 ? -x : x;
}
