/** A fitted regression of the log odds. */
export interface LogisticFit {
  readonly intercept: number;
  readonly coefficients: Float64Array;
}

export interface LogisticOptions {
  /** Weight of the squared coefficients. */
  readonly ridge: number;
  /** Whether coefficients may not fall below 0. */
  readonly nonNegative: boolean;
}

const MOST_STEPS = 50;
const MOST_SWEEPS = 500;
const SMALL_CHANGE = 1e-8;

/**
 * Ridge logistic regression by Newton's method; each step's quadratic is minimised coordinate by coordinate,
 * which also keeps coefficients at or above 0 where asked. The intercept is free.
 *
 * @param columns the values of each variable, one a row
 * @param bad 1 where the company went bad
 */
export function fitLogistic(
  columns: readonly Float64Array[],
  bad: Uint8Array,
  { ridge, nonNegative }: LogisticOptions,
): LogisticFit {
  const design = [new Float64Array(bad.length).fill(1), ...columns];
  const beta = new Float64Array(design.length);
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const { gradient, hessian } = derivatives(design, bad, beta);
    for (let j = 1; j < beta.length; j += 1) {
      gradient[j] = (gradient[j] ?? 0) + ridge * (beta[j] ?? 0);
      const row = hessian[j];
      if (row) row[j] = (row[j] ?? 0) + ridge;
    }
    const change = minimiseQuadratic(beta, { gradient, hessian, nonNegative });
    if (change < SMALL_CHANGE) break;
  }
  return { intercept: beta[0] ?? 0, coefficients: beta.slice(1) };
}

interface Quadratic {
  readonly gradient: Float64Array;
  readonly hessian: readonly Float64Array[];
}

function derivatives(
  design: readonly Float64Array[],
  bad: Uint8Array,
  beta: Float64Array,
): Quadratic {
  const error = new Float64Array(bad.length);
  const weight = new Float64Array(bad.length);
  for (let i = 0; i < bad.length; i += 1) {
    let logOdds = 0;
    for (let j = 0; j < design.length; j += 1) logOdds += (beta[j] ?? 0) * (design[j]?.[i] ?? 0);
    const p = 1 / (1 + Math.exp(-logOdds));
    error[i] = p - (bad[i] ?? 0);
    weight[i] = Math.max(p * (1 - p), 1e-9);
  }
  const gradient = Float64Array.from(design, (column) => dot(column, error));
  const hessian = design.map(() => new Float64Array(design.length));
  const weighted = new Float64Array(bad.length);
  for (const [j, column] of design.entries()) {
    for (let i = 0; i < bad.length; i += 1) weighted[i] = (weight[i] ?? 0) * (column[i] ?? 0);
    for (let k = 0; k <= j; k += 1) {
      const value = dot(weighted, design[k] ?? weighted);
      const [row, mirrored] = [hessian[j], hessian[k]];
      if (row) row[k] = value;
      if (mirrored) mirrored[j] = value;
    }
  }
  return { gradient, hessian };
}

/** Moves beta to the minimum of the quadratic around it. @returns the largest change of a coefficient */
function minimiseQuadratic(
  beta: Float64Array,
  { gradient, hessian, nonNegative }: Quadratic & { readonly nonNegative: boolean },
): number {
  const start = beta.slice();
  const slope = gradient.slice();
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep += 1) {
    let largest = 0;
    for (let j = 0; j < beta.length; j += 1) {
      const row = hessian[j];
      const curvature = row?.[j] ?? 0;
      if (!row || curvature <= 0) continue;
      const before = beta[j] ?? 0;
      const wanted = before - (slope[j] ?? 0) / curvature;
      const after = nonNegative && j > 0 ? Math.max(0, wanted) : wanted;
      const change = after - before;
      if (change === 0) continue;
      beta[j] = after;
      for (let k = 0; k < slope.length; k += 1) slope[k] = (slope[k] ?? 0) + (row[k] ?? 0) * change;
      largest = Math.max(largest, Math.abs(change));
    }
    if (largest < SMALL_CHANGE) break;
  }
  return beta.reduce((most, value, j) => Math.max(most, Math.abs(value - (start[j] ?? 0))), 0);
}

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i += 1) total += (a[i] ?? 0) * (b[i] ?? 0);
  return total;
}
