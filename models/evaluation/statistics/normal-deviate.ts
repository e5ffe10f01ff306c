/**
 * Normal deviate of a probability: the inverse of the standard normal distribution function. Acklam's rational
 * approximation, relative error below 1.2e-9 (P. J. Acklam 2003).
 *
 * @param p above 0 and below 1
 */
export function normalDeviate(p: number): number {
  if (p > 0.5) return -normalDeviate(1 - p);
  if (p < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(p));
    return poly(q, TAIL_ABOVE) / poly(q, TAIL_BELOW);
  }
  const q = p - 0.5;
  const r = q * q;
  return (poly(r, MIDDLE_ABOVE) * q) / poly(r, MIDDLE_BELOW);
}

const MIDDLE_ABOVE = [
  -3.969_683_028_665_376e1, 2.209_460_984_245_205e2, -2.759_285_104_469_687e2,
  1.383_577_518_672_69e2, -3.066_479_806_614_716e1, 2.506_628_277_459_239,
];
const MIDDLE_BELOW = [
  -5.447_609_879_822_406e1, 1.615_858_368_580_409e2, -1.556_989_798_598_866e2,
  6.680_131_188_771_972e1, -1.328_068_155_288_572e1, 1,
];
const TAIL_ABOVE = [
  -7.784_894_002_430_293e-3, -3.223_964_580_411_365e-1, -2.400_758_277_161_838,
  -2.549_732_539_343_734, 4.374_664_141_464_968, 2.938_163_982_698_783,
];
const TAIL_BELOW = [
  7.784_695_709_041_462e-3, 3.224_671_290_700_398e-1, 2.445_134_137_142_996, 3.754_408_661_907_416,
  1,
];

/** Horner's scheme, highest power first. */
function poly(x: number, coefficients: readonly number[]): number {
  return coefficients.reduce((sum, c) => sum * x + c, 0);
}
