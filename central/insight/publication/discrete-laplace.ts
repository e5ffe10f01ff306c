/** A uniform whole number from 0 up to and without `below`. In use: `crypto.randomInt`; never a seeded one. */
export type Uniform = (below: number) => number;

/**
 * A sample of the discrete Laplace distribution, P(x) proportional to exp(-|x| · numerator / denominator), exactly: only whole
 * numbers are drawn and compared, so that no rounding of floating-point numbers tells anything of what the noise hides.
 * Source: Canonne, Kamath and Steinke 2020, "The Discrete Gaussian for Differential Privacy", algorithms 1 and 2.
 *
 * @param rate the privacy parameter over the sensitivity, as a fraction of whole numbers from 1
 */
export function discreteLaplace(
  rate: { readonly numerator: number; readonly denominator: number },
  uniform: Uniform,
): number {
  const { numerator, denominator } = rate;
  for (;;) {
    const rest = uniform(denominator);
    if (!bernoulliExp(rest, denominator, uniform)) continue;
    let wholes = 0;
    while (bernoulliExp(1, 1, uniform)) wholes += 1;
    const size = Math.floor((rest + denominator * wholes) / numerator);
    const isNegative = uniform(2) === 1;
    // zero would count twice
    if (isNegative && size === 0) continue;
    return isNegative ? -size : size;
  }
}

/** True with probability exp(-part / whole), for a part from 0 to the whole. */
function bernoulliExp(part: number, whole: number, uniform: Uniform): boolean {
  let k = 1;
  while (uniform(whole * k) < part) k += 1;
  return k % 2 === 1;
}
