import { describe, expect, it } from 'vitest';
import type { Point } from './analysis.ts';
import { CROP_PX, type FaceCrop } from './face-crop.ts';
import { measureLight } from './face-light.ts';

type Rgb = readonly [number, number, number];

const SKIN: Rgb = [200, 150, 125];
const OUTLINE: readonly Point[] = Array.from({ length: 36 }, (_, i) => {
  const angle = (i / 36) * 2 * Math.PI;
  return { x: 56 + 40 * Math.cos(angle), y: 66 + 50 * Math.sin(angle) };
});

/** A crop painted pixel by pixel. */
function painted(colourAt: (x: number, y: number) => Rgb): FaceCrop {
  const pixels = CROP_PX * CROP_PX;
  const [red, green, blue, grey] = [0, 1, 2, 3].map(() => new Float32Array(pixels)) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  for (let i = 0; i < pixels; i += 1) {
    const [r, g, b] = colourAt(i % CROP_PX, Math.floor(i / CROP_PX));
    red[i] = r;
    green[i] = g;
    blue[i] = b;
    grey[i] = 0.299 * r + 0.587 * g + 0.114 * b;
  }
  return { red, green, blue, grey, inCrop: (point) => point };
}

const lit = (colourAt: (x: number, y: number) => Rgb) => measureLight(painted(colourAt), OUTLINE);
/** Skin with a gradient from top to bottom, so that it has a range of luminances. */
const shaded = (_: number, y: number): Rgb => {
  const [r, g, b] = SKIN;
  const light = 0.7 + (0.3 * y) / CROP_PX;
  return [r * light, g * light, b * light];
};

describe('light and colour of a face', () => {
  it('finds nothing wrong with evenly lit skin', () => {
    const light = lit(shaded);
    expect(light.illuminationUniformity).toBe(1);
    expect(light.colourOffset).toBe(0);
    expect(light).toMatchObject({
      underExposed: 0,
      overExposed: 0,
      eyesCovered: 0,
      mouthCovered: 0,
    });
    expect(light.dynamicRangeBits).toBeGreaterThan(4);
  });

  it('sees light from one side', () => {
    const light = lit((x, y) => (x < 56 ? shaded(x, y) : [60, 45, 38]));
    expect(light.illuminationUniformity).toBe(0);
  });

  it('counts what is nearly black and nearly white inside the outline only', () => {
    expect(lit(() => [20, 20, 20]).underExposed).toBe(1);
    const bright = lit((x) => (x < 56 ? [255, 255, 255] : SKIN));
    expect(bright.overExposed).toBeGreaterThan(0.45);
    expect(bright.overExposed).toBeLessThan(0.55);
    // a white wall behind the head
    const outside = lit((x, y) =>
      ((x - 56) / 42) ** 2 + ((y - 66) / 52) ** 2 > 1 ? [255, 255, 255] : SKIN,
    );
    expect(outside.overExposed).toBe(0);
  });

  it('has no range where all is one grey, and one bit where half is another', () => {
    expect(lit(() => SKIN).dynamicRangeBits).toBeCloseTo(0, 6);
    expect(lit((x) => (x <= 56 ? SKIN : [90, 70, 60])).dynamicRangeBits).toBeGreaterThan(0.98);
  });

  it('tells coloured light from white', () => {
    expect(lit(() => [90, 120, 220]).colourOffset).toBe(100);
    expect(lit(() => [255, 120, 40]).colourOffset).toBeGreaterThan(10);
  });

  it('tells a mask from a mouth, and sunglasses from eyes', () => {
    const mask = lit((x, y) => (y > 78 ? [180, 210, 225] : shaded(x, y)));
    expect(mask.mouthCovered).toBeGreaterThan(0.9);
    const lips = lit((x, y) => (y > 88 && y < 96 && x > 44 && x < 68 ? [190, 90, 90] : SKIN));
    expect(lips.mouthCovered).toBe(0);
    const glasses = lit((_, y) => (y > 42 && y < 62 ? [20, 20, 25] : SKIN));
    expect(glasses.eyesCovered).toBe(1);
    // a pupil is no cover, and one dark side of the face is none either
    const oneSide = lit((x, y) => (y > 42 && y < 62 && x < 56 ? [20, 20, 25] : SKIN));
    expect(oneSide.eyesCovered).toBe(0);
  });
});
