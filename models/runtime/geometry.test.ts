import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FivePoints, Point } from './analysis.ts';
import {
  alignTo,
  applyAffine,
  iou,
  mirrored,
  scaleOf,
  scaleTemplate,
  stretch,
  turnedSquare,
} from './geometry.ts';

const TEMPLATE = [
  [38, 52],
  [74, 52],
  [56, 72],
  [41, 92],
  [71, 92],
] as const;

describe('alignTo', () => {
  it('finds any turn, scale and shift back', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -3, max: 3, noNaN: true }),
        fc.double({ min: 0.1, max: 20, noNaN: true }),
        fc.double({ min: -500, max: 500, noNaN: true }),
        (angle, scale, shift) => {
          const put = ([x, y]: readonly [number, number]): Point => ({
            x: scale * (x * Math.cos(angle) - y * Math.sin(angle)) + shift,
            y: scale * (x * Math.sin(angle) + y * Math.cos(angle)) - shift,
          });
          const [a, b, c, d, e] = TEMPLATE;
          const points: FivePoints = [put(a), put(b), put(c), put(d), put(e)];
          const crop = alignTo(points, TEMPLATE);
          expect(scaleOf(crop)).toBeCloseTo(scale, 5);
          TEMPLATE.forEach(([u, v], i) => {
            const back = applyAffine(crop, u, v);
            expect(back.x).toBeCloseTo(points[i]?.x ?? Number.NaN, 4);
            expect(back.y).toBeCloseTo(points[i]?.y ?? Number.NaN, 4);
          });
        },
      ),
    );
  });
});

describe('crops', () => {
  it('stretches edge to edge', () => {
    const crop = stretch({ x: 10, y: 20, width: 100, height: 50 }, 10, 10);
    // The first input pixel spans picture pixels 10..19, whose middle is 14.5.
    expect(applyAffine(crop, 0, 0)).toEqual({ x: 14.5, y: 22 });
    expect(applyAffine(crop, 9, 9)).toEqual({ x: 104.5, y: 67 });
  });

  it('mirrors about the middle', () => {
    const crop = turnedSquare({ x: 50, y: 40 }, { sidePx: 60, angle: 0.3, size: 112 });
    const flipped = mirrored(crop, 112);
    const left = applyAffine(crop, 0, 5);
    const right = applyAffine(flipped, 111, 5);
    expect(right.x).toBeCloseTo(left.x, 9);
    expect(right.y).toBeCloseTo(left.y, 9);
  });

  it('keeps the centre of a turned square', () => {
    const centre = { x: 50, y: 40 };
    const crop = turnedSquare(centre, { sidePx: 60, angle: 1, size: 192 });
    const middle = applyAffine(crop, 96, 96);
    expect(middle.x).toBeCloseTo(centre.x, 9);
    expect(middle.y).toBeCloseTo(centre.y, 9);
  });
});

it('iou of equal, half-covering and distant boxes', () => {
  const box = { x: 0, y: 0, width: 10, height: 10 };
  expect(iou(box, box)).toBe(1);
  expect(iou(box, { ...box, x: 5 })).toBeCloseTo(1 / 3, 9);
  expect(iou(box, { ...box, x: 30 })).toBe(0);
});

it('a template scaled up shows the face larger: fewer picture pixels to a crop pixel', () => {
  const points = TEMPLATE.map(([x, y]) => ({ x: 2 * x, y: 2 * y })) as unknown as FivePoints;
  const larger = alignTo(points, scaleTemplate(TEMPLATE, 1.25, 112));
  expect(scaleOf(larger)).toBeCloseTo(2 / 1.25, 6);
  // the middle of the crop stays where it was
  const before = applyAffine(alignTo(points, TEMPLATE), 56, 56);
  const after = applyAffine(larger, 56, 56);
  expect(after.x).toBeCloseTo(before.x, 6);
  expect(after.y).toBeCloseTo(before.y, 6);
});
