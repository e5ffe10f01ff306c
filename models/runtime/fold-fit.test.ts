import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../shared/kernel/seeded-random.ts';
import { FACE_RELIEF } from './face-relief.ts';
import { type FoldCells, FoldFit } from './fold-fit.ts';

const UNIT_MM = 50;
const STRIP = 5 / UNIT_MM;

/** Cells of 3 mm over the mean face, of a surface given by its height at a place, all in mm. */
function cellsOf(height: (x: number, y: number, face: number) => number): FoldCells {
  const random = new SeededRandom('cells');
  const rows: number[][] = [];
  for (let y = -45; y < 60; y += 3) {
    for (let x = -70; x < 70; x += 3) {
      const face = FACE_RELIEF.heightAt(x, y);
      if (face === undefined) continue;
      const h = height(x, y, face) + 0.4 * random.normal();
      rows.push([x / UNIT_MM, y / UNIT_MM, h / UNIT_MM, face / UNIT_MM]);
    }
  }
  const column = (k: number): Float64Array => Float64Array.from(rows, (row) => row[k] as number);
  return {
    count: rows.length,
    xs: column(0),
    ys: column(1),
    heights: column(2),
    meanHeights: column(3),
    weights: new Float64Array(rows.length).fill(4),
  };
}

const reliefOf = (height: Parameters<typeof cellsOf>[0]): number =>
  new FoldFit().measure(cellsOf(height), STRIP) ?? Number.NaN;

/** A profile across a line through the middle, turned from upright by an angle. */
const along =
  (turned: number, profile: (across: number) => number) =>
  (x: number, y: number): number =>
    profile(x * Math.cos(turned) + y * Math.sin(turned));

describe('FoldFit', () => {
  it('finds the mean face on a mean face, and half of it on half', () => {
    expect(reliefOf((_x, _y, face) => face)).toBeCloseTo(1, 1);
    expect(reliefOf((_x, _y, face) => face / 2)).toBeCloseTo(0.5, 1);
  });

  it.each([
    ['a tent along the nose', along(0.3, (u) => -0.87 * Math.hypot(u, 3.6))],
    ['a tent across it', along(Math.PI / 2 - 0.1, (u) => -0.5 * Math.hypot(u, 2))],
    ['two folds', along(0.1, (u) => 15 - Math.min(15, Math.abs(u)) - Math.abs(u) / 4)],
    ['a roll', along(1, (u) => -(u * u) / 120)],
    ['waves', along(-0.5, (u) => 6 * Math.cos(u / 8))],
  ])('finds none on %s', (_name, sheet) => {
    expect(reliefOf(sheet)).toBeLessThan(0.06);
  });

  it('finds none on a tent, whichever way it is turned', () => {
    for (let turned = 0; turned < Math.PI; turned += 0.07) {
      for (const slope of [-0.9, -0.4, 0.6]) {
        const tent = along(turned, (u) => slope * Math.hypot(u, 3));
        expect(reliefOf(tent), `${turned} ${slope}`).toBeLessThan(0.1);
      }
    }
  });

  it('sees a face that a fold goes through', () => {
    const fold = along(0.2, (u) => -0.4 * Math.abs(u));
    expect(reliefOf((x, y, face) => face + fold(x, y))).toBeGreaterThan(0.8);
  });

  it('says nothing of fewer cells than terms', () => {
    const cells = { ...cellsOf(() => 0), count: 4 };
    expect(new FoldFit().measure(cells, STRIP)).toBeUndefined();
  });
});
