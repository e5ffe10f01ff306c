import { describe, expect, it } from 'vitest';
import type { CellSums } from './boosting.ts';
import { pairGain, pairTree } from './pair-trees.ts';
import { shapeTree } from './small-trees.ts';

const LIMITS = { leastRows: 1, ridge: 0 };

/** Cells of one row each, of hessian 1: a leaf's value is then minus the mean gradient. */
function sumsOf(gradient: readonly number[]): CellSums {
  const ones = new Float64Array(gradient.length).fill(1);
  return { gradient: Float64Array.from(gradient), hessian: ones, rows: ones };
}

function fitted(
  fit: (sums: CellSums, step: Float64Array) => void,
  gradient: readonly number[],
): number[] {
  const step = new Float64Array(gradient.length);
  fit(sumsOf(gradient), step);
  return Array.from(step, (value) => value + 0);
}

describe('trees of one feature', () => {
  it('find the two cuts there are, and keep what is not known apart', () => {
    const gradient = [7, -2, -2, 1, 1, 1, 4, 4];
    expect(fitted(shapeTree(8, LIMITS), gradient)).toEqual([-7, 2, 2, -1, -1, -1, -4, -4]);
  });

  it('go only one way where policy says so', () => {
    const hill = [0, 0, 0, -6, -6, -1, -1];
    expect(fitted(shapeTree(7, LIMITS), hill)).toEqual([0, 0, 0, 6, 6, 1, 1]);
    const rising = fitted(shapeTree(7, LIMITS, 1), hill).slice(1);
    expect(rising).toEqual(rising.toSorted((a, b) => a - b));
    expect(rising.at(-1)).toBeGreaterThan(rising[0] ?? 0);
    const falling = fitted(shapeTree(7, LIMITS, -1), hill).slice(1);
    expect(falling).toEqual(falling.toSorted((a, b) => b - a));
  });

  it('cut nothing where a leaf would have too few rows', () => {
    expect(fitted(shapeTree(4, { leastRows: 2, ridge: 0 }), [0, 9, 0, 0]).slice(1)).toEqual([
      0, 0, 0,
    ]);
  });
});

describe('trees of two features', () => {
  const grid = { rows: 4, columns: 4 };
  /** Only where both are high, or both low. */
  const xor = [3, 3, -1, -1, 3, 3, -1, -1, -1, -1, 3, 3, -1, -1, 3, 3];

  it('see what single features do not', () => {
    expect(fitted(pairTree(grid, LIMITS), xor)).toEqual(xor.map((value) => -value));
    const apart = [2, 2, 0, 0, 2, 2, 0, 0, 0, 0, -2, -2, 0, 0, -2, -2];
    expect(pairGain(sumsOf(xor), grid, LIMITS)).toBeGreaterThan(
      pairGain(sumsOf(apart), grid, LIMITS),
    );
    expect(pairGain(sumsOf(xor.map(() => 1)), grid, LIMITS)).toBe(0);
  });
});
