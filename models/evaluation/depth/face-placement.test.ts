import { describe, expect, it } from 'vitest';
import { DEPTH_CAMERAS } from './depth-cameras.ts';
import { judgeDepth } from './depth-verdict.ts';
import { placeFace, placementFromPoints } from './face-placement.ts';
import { CANONICAL_SOURCE } from './face-surface.ts';
import { simulatePresentation } from './presentations.ts';

const TIME_OF_FLIGHT = DEPTH_CAMERAS.find(({ name }) => name === 'time-of-flight');

describe('a face found by depth alone', () => {
  it('lies where it was put, for most', () => {
    if (!TIME_OF_FLIGHT) throw new Error('there is such a camera');
    let near = 0;
    const seeds = [1, 2, 3, 4, 5, 6, 7, 8];
    for (const seed of seeds) {
      const shown = simulatePresentation({
        species: 'bona-fide',
        camera: TIME_OF_FLIGHT,
        faces: CANONICAL_SOURCE,
        seed,
      });
      const placement = placeFace(shown.picture, shown.focalPx);
      const offMm = shown.points.map((point, i) => {
        const found = placement?.points[i] ?? { x: 0, y: 0 };
        return (
          (Math.hypot(found.x - point.x, found.y - point.y) * shown.distanceMm) / shown.focalPx
        );
      });
      if (Math.max(...offMm) < 14) near += 1;
    }
    expect(near).toBeGreaterThanOrEqual(6);
  });

  it('is found nowhere on an empty picture, nor on a wall', () => {
    const picture = { data: new Uint16Array(80 * 60), width: 80, height: 60 };
    expect(placeFace(picture, 200)).toBeUndefined();
    picture.data.fill(900);
    const wall = placeFace(picture, 200);
    expect(wall).toBeUndefined();
    expect(judgeDepth({ depth: picture }, 200, wall).failed).toEqual(['depth_holes']);
  });
});

describe('a face placed by landmarks', () => {
  it('has an outline around them', () => {
    const points = [
      { x: 40, y: 50 },
      { x: 80, y: 52 },
      { x: 60, y: 75 },
      { x: 46, y: 95 },
      { x: 74, y: 96 },
    ] as const;
    const { outline } = placementFromPoints(points);
    const xs = outline.map(({ x }) => x);
    const ys = outline.map(({ y }) => y);
    expect(Math.min(...xs)).toBeGreaterThan(0);
    expect(Math.min(...xs)).toBeLessThan(25);
    expect(Math.max(...xs)).toBeGreaterThan(95);
    expect(Math.min(...ys)).toBeLessThan(25);
    expect(Math.max(...ys)).toBeGreaterThan(110);
  });
});
