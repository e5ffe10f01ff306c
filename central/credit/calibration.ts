/**
 * From a score to a probability: p = 1 / (1 + exp(-(offset + slope * (score - centre)))). The slope is never above 0: a higher
 * score is never a higher risk.
 */
export interface Calibration {
  readonly centre: number;
  readonly offset: number;
  readonly slope: number;
}

/** The probability of going bad at a score. */
export function probabilityAt({ centre, offset, slope }: Calibration, score: number): number {
  return 1 / (1 + Math.exp(-(offset + slope * (score - centre))));
}

const MOST_STEPS = 100;
const SMALL_STEP = 1e-10;
/** Least slope, in log odds a point: where scores say nothing, all get nearly the same probability. */
const LEAST_SLOPE = -1e-6;

/**
 * Platt's calibration by Newton's method, with his softened labels so that a perfect order does not make certainties
 * (Platt 1999; Lin, Lin and Weng 2007).
 *
 * @param scores scores of companies that the model had not learnt from
 */
export function fitCalibration(scores: ArrayLike<number>, bad: Uint8Array): Calibration {
  const rows = bad.length;
  const bads = bad.reduce((sum, label) => sum + label, 0);
  const [targetBad, targetGood] = [(bads + 1) / (bads + 2), 1 / (rows - bads + 2)];
  let centre = 0;
  for (let i = 0; i < rows; i += 1) centre += (scores[i] ?? 0) / rows;
  let offset = Math.log((bads + 1) / (rows - bads + 1));
  let slope = -Math.LN2 / 50;
  for (let step = 0; step < MOST_STEPS; step += 1) {
    let [g0, g1, h00, h01, h11] = [0, 0, 1e-9, 0, 1e-9];
    for (let i = 0; i < rows; i += 1) {
      const x = (scores[i] ?? 0) - centre;
      const p = 1 / (1 + Math.exp(-(offset + slope * x)));
      const error = p - (bad[i] === 1 ? targetBad : targetGood);
      const weight = p * (1 - p);
      g0 += error;
      g1 += error * x;
      h00 += weight;
      h01 += weight * x;
      h11 += weight * x * x;
    }
    const determinant = h00 * h11 - h01 * h01;
    const stepOffset = (h11 * g0 - h01 * g1) / determinant;
    const stepSlope = (h00 * g1 - h01 * g0) / determinant;
    offset -= stepOffset;
    slope -= stepSlope;
    if (Math.abs(stepOffset) < SMALL_STEP && Math.abs(stepSlope) < SMALL_STEP) break;
  }
  return { centre, offset, slope: Math.min(slope, LEAST_SLOPE) };
}
