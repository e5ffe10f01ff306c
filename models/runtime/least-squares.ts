/**
 * Solves a small symmetric positive definite system by Gaussian elimination with pivoting.
 *
 * @param matrix n rows of n values, overwritten
 * @param right n values, overwritten
 * @returns the solution, or undefined when the system is singular
 */
function solve(matrix: number[][], right: number[]): number[] | undefined {
  const n = right.length;
  for (let column = 0; column < n; column += 1) {
    let pivot = column;
    for (let row = column + 1; row < n; row += 1) {
      if (Math.abs(cell(matrix, row, column)) > Math.abs(cell(matrix, pivot, column))) pivot = row;
    }
    if (Math.abs(cell(matrix, pivot, column)) < 1e-12) return undefined;
    [matrix[column], matrix[pivot]] = [matrix[pivot] as number[], matrix[column] as number[]];
    [right[column], right[pivot]] = [right[pivot] as number, right[column] as number];
    for (let row = column + 1; row < n; row += 1) {
      const factor = cell(matrix, row, column) / cell(matrix, column, column);
      const target = matrix[row] as number[];
      for (let k = column; k < n; k += 1)
        target[k] = cell(matrix, row, k) - factor * cell(matrix, column, k);
      right[row] = (right[row] as number) - factor * (right[column] as number);
    }
  }
  const solution = zeros(n);
  for (let row = n - 1; row >= 0; row -= 1) {
    let sum = right[row] as number;
    for (let k = row + 1; k < n; k += 1) sum -= cell(matrix, row, k) * (solution[k] as number);
    solution[row] = sum / cell(matrix, row, row);
  }
  return solution;
}

function cell(matrix: readonly number[][], row: number, column: number): number {
  return matrix[row]?.[column] as number;
}

function zeros(n: number): number[] {
  return Array.from({ length: n }, () => 0);
}

/** One sample of a surface: value z at (x, y), counted `weight` times. */
export interface SurfaceSample {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly weight: number;
}

/** Monomials of a plane: 1, x, y. */
export function planeTerms(x: number, y: number): number[] {
  return [1, x, y];
}

/** Monomials of a quadric height field: those of the plane, and x², xy, y². */
export function quadricTerms(x: number, y: number): number[] {
  return [1, x, y, x * x, x * y, y * y];
}

/**
 * Weighted least squares of z over the given monomials of x and y.
 *
 * @returns the root mean square of what is left, or undefined when the samples do not fix the surface
 */
export function fitResidual(
  samples: readonly SurfaceSample[],
  terms: (x: number, y: number) => number[],
): number | undefined {
  const coefficients = fitSurface(samples, terms);
  if (!coefficients) return undefined;
  let squares = 0;
  let weights = 0;
  for (const { x, y, z, weight } of samples) {
    squares += weight * (z - valueAt(coefficients, terms(x, y))) ** 2;
    weights += weight;
  }
  return Math.sqrt(squares / weights);
}

/** The coefficients of the weighted least-squares surface, in the order of `terms`. */
export function fitSurface(
  samples: readonly SurfaceSample[],
  terms: (x: number, y: number) => number[],
): number[] | undefined {
  const n = terms(0, 0).length;
  if (samples.length < n) return undefined;
  const matrix = Array.from({ length: n }, () => zeros(n));
  const right = zeros(n);
  for (const { x, y, z, weight } of samples) {
    const t = terms(x, y);
    for (let i = 0; i < n; i += 1) {
      const row = matrix[i] as number[];
      const wi = weight * (t[i] as number);
      for (let j = 0; j < n; j += 1) row[j] = (row[j] as number) + wi * (t[j] as number);
      right[i] = (right[i] as number) + wi * z;
    }
  }
  return solve(matrix, right);
}

/** Sum of coefficients times terms. */
export function valueAt(coefficients: readonly number[], terms: readonly number[]): number {
  return coefficients.reduce((sum, c, i) => sum + c * (terms[i] as number), 0);
}
