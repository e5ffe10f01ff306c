/** Lanczos' coefficients for g = 7, n = 9 (Godfrey 2001); 15 digits. */
const LANCZOS = [
  0.999_999_999_999_809_93, 676.520_368_121_885_1, -1_259.139_216_722_402_8, 771.323_428_777_653_13,
  -176.615_029_162_140_59, 12.507_343_278_686_905, -0.138_571_095_265_720_12,
  9.984_369_578_019_571_6e-6, 1.505_632_735_149_311_6e-7,
];
const HALF_LOG_2_PI = 0.918_938_533_204_672_7;

/** ln Gamma(x) for x > 0. */
function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const t = x + 6.5;
  const sum = LANCZOS.reduce((total, c, i) => (i === 0 ? c : total + c / (x - 1 + i)), 0);
  return HALF_LOG_2_PI + (x - 0.5) * Math.log(t) - t + Math.log(sum);
}

const TINY = 1e-300;
const ACCURACY = 1e-14;
const MAX_STEPS = 10_000;

/**
 * Regularised incomplete beta function I_x(a, b): the distribution function of Beta(a, b).
 * Continued fraction by Lentz's method (Press et al., Numerical Recipes, 3rd ed., 6.4).
 *
 * @param x 0 to 1  @param a above 0  @param b above 0
 */
export function betaDistribution(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // the fraction converges quickly on this side of the mean only
  if (x > (a + 1) / (a + b + 2)) return 1 - betaDistribution(1 - x, b, a);
  const front = Math.exp(
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x),
  );
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m <= MAX_STEPS; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < ACCURACY) break;
  }
  return (front * fraction) / a;
}

/** From zero, where Lentz's method would divide by it. */
function away(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}

/** The x at which the distribution function of Beta(a, b) is p, by bisection. */
export function betaQuantile(p: number, a: number, b: number): number {
  let low = 0;
  let high = 1;
  while (true) {
    const middle = (low + high) / 2;
    // no double lies between them
    if (middle === low || middle === high) return middle;
    if (betaDistribution(middle, a, b) < p) low = middle;
    else high = middle;
  }
}
