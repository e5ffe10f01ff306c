import type { FaceQuality, Point } from './analysis.ts';
import { CROP_PX, CROP_TEMPLATE, type FaceCrop } from './face-crop.ts';

/** Light and colour of a face, and what covers it. */
export type FaceLight = Pick<
  FaceQuality,
  | 'illuminationUniformity'
  | 'luminance'
  | 'underExposed'
  | 'overExposed'
  | 'dynamicRangeBits'
  | 'colourOffset'
  | 'eyesCovered'
  | 'mouthCovered'
>;

/** Luminances up to the first are nearly black, from the second on nearly white. */
const NEARLY_BLACK = 25;
const NEARLY_WHITE = 247;

/** Sixteenths are fine enough to compare two cheeks of a hundred pixels by; 256 steps would find no two alike. */
const CHEEK_STEPS = 16;

/** CIELAB a* and b* of skin in white light (ISO/IEC 29794-5, natural colour). */
const SKIN_A = [5, 25] as const;
const SKIN_B = [5, 35] as const;
/** Colour that cannot be told from grey counts as this far off. */
const NO_COLOUR = 100;

/** a* and b* together differ so much between cheek and cloth, but seldom between cheek, chin and lip. */
const COVER_CHROMA = 14;
/** Of the cheeks' luminance: what is darker all around an eye is no eye. */
const COVER_DARKNESS = 0.25;

interface Zone {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const [[rightEyeX, rightEyeY], [leftEyeX, leftEyeY], , [rightMouthX, rightMouthY], [leftMouthX]] =
  CROP_TEMPLATE;
const EYE_Y = (rightEyeY + leftEyeY) / 2;
const INTER_EYE = leftEyeX - rightEyeX;
/** The standard's cheek zones: squares of 0.3 eye distances, outwards from below each eye, half-way to the mouth. */
const CHEEK = Math.floor(INTER_EYE * 0.3);
const CHEEK_TOP = Math.round(EYE_Y + (rightMouthY - EYE_Y) / 2);
const square = (left: number): Zone => ({
  left: Math.round(left),
  top: CHEEK_TOP,
  width: CHEEK,
  height: CHEEK,
});
const RIGHT_CHEEK = square(rightEyeX - CHEEK);
const LEFT_CHEEK = square(leftEyeX);
const eyeZone = (x: number, y: number): Zone => ({
  left: Math.round(x - INTER_EYE * 0.3),
  top: Math.round(y - INTER_EYE * 0.18),
  width: Math.round(INTER_EYE * 0.6),
  height: Math.round(INTER_EYE * 0.36),
});
const EYE_ZONES = [eyeZone(rightEyeX, rightEyeY), eyeZone(leftEyeX, leftEyeY)];
/** From below the nose to the chin. */
const MOUTH_ZONE: Zone = {
  left: Math.round(rightMouthX),
  top: Math.round(rightMouthY - INTER_EYE * 0.25),
  width: Math.round(leftMouthX - rightMouthX),
  height: Math.round(INTER_EYE * 0.7),
};

/** sRGB byte to linear light, 0-1. */
const LINEAR = Float64Array.from({ length: 256 }, (_, level) => {
  const v = level / 255;
  return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
});

/**
 * Measures light and colour as ISO/IEC 29794-5 does, by the formulas of its reference implementation (OFIQ of the BSI), on the
 * mesh's outline and an aligned crop of 112 pixels instead of 616. What covers eyes and mouth is judged by colour against the
 * cheeks: OFIQ asks a segmentation network, which would cost as much as all else.
 *
 * @param outline the face's outline in the crop's pixels, in order around it
 */
export function measureLight(crop: FaceCrop, outline: readonly Point[]): FaceLight {
  const luminances = luminancesOf(crop);
  const histogram = new Float64Array(256);
  let pixels = 0;
  forEachInside(outline, (i) => {
    histogram[luminances[i] as number] = (histogram[luminances[i] as number] as number) + 1;
    pixels += 1;
  });
  const right = colourOf(crop, RIGHT_CHEEK);
  const left = colourOf(crop, LEFT_CHEEK);
  const skin = mixOf(right, left);
  return {
    ...summaryOf(histogram, Math.max(1, pixels)),
    illuminationUniformity: intersection(luminances),
    colourOffset: offsetFromSkin(labOf(skin)),
    eyesCovered: Math.min(...EYE_ZONES.map((zone) => darkShare(luminances, zone, skin))),
    mouthCovered: foreignShare(crop, skin),
  };
}

/** Rec. 709 luminance of linear light, as bytes. */
function luminancesOf({ red, green, blue }: FaceCrop): Uint8Array {
  // The first conversion rounds and clamps whole planes to bytes.
  const r = new Uint8ClampedArray(red);
  const g = new Uint8ClampedArray(green);
  const b = new Uint8ClampedArray(blue);
  const out = new Uint8Array(red.length);
  for (let i = 0; i < out.length; i += 1) {
    out[i] = luminance(r[i] as number, g[i] as number, b[i] as number) * 255 + 0.5;
  }
  return out;
}

function luminance(red: number, green: number, blue: number): number {
  return (
    0.2126 * (LINEAR[red] as number) +
    0.7152 * (LINEAR[green] as number) +
    0.0722 * (LINEAR[blue] as number)
  );
}

function summaryOf(histogram: Float64Array, pixels: number) {
  let mean = 0;
  let dark = 0;
  let bright = 0;
  let bits = 0;
  histogram.forEach((count, level) => {
    const share = count / pixels;
    mean += (share * level) / 255;
    if (level <= NEARLY_BLACK) dark += share;
    if (level >= NEARLY_WHITE) bright += share;
    if (share > 0) bits -= share * Math.log2(share);
  });
  return { luminance: mean, underExposed: dark, overExposed: bright, dynamicRangeBits: bits };
}

/** Of both cheeks' luminance histograms. */
function intersection(luminances: Uint8Array): number {
  const histogramOf = (zone: Zone): Float64Array => {
    const counts = new Float64Array(CHEEK_STEPS);
    forEachIn(zone, (i) => {
      const step = ((luminances[i] as number) * CHEEK_STEPS) >> 8;
      counts[step] = (counts[step] as number) + 1;
    });
    return counts;
  };
  const right = histogramOf(RIGHT_CHEEK);
  const left = histogramOf(LEFT_CHEEK);
  let shared = 0;
  for (let step = 0; step < CHEEK_STEPS; step += 1) {
    shared += Math.min(right[step] as number, left[step] as number);
  }
  return shared / (CHEEK * CHEEK);
}

/** Mean sRGB, 0-255. */
interface Colour {
  readonly red: number;
  readonly green: number;
  readonly blue: number;
}

function colourOf(crop: FaceCrop, zone: Zone): Colour {
  let red = 0;
  let green = 0;
  let blue = 0;
  forEachIn(zone, (i) => {
    red += crop.red[i] as number;
    green += crop.green[i] as number;
    blue += crop.blue[i] as number;
  });
  const pixels = zone.width * zone.height;
  return { red: red / pixels, green: green / pixels, blue: blue / pixels };
}

function mixOf(p: Colour, q: Colour): Colour {
  return {
    red: (p.red + q.red) / 2,
    green: (p.green + q.green) / 2,
    blue: (p.blue + q.blue) / 2,
  };
}

function linear(value: number): number {
  return LINEAR[Math.min(255, Math.max(0, Math.round(value)))] as number;
}

/** CIELAB a* and b* under D50, as the standard asks. */
function labOf({ red, green, blue }: Colour): { readonly a: number; readonly b: number } {
  const r = linear(red);
  const g = linear(green);
  const b = linear(blue);
  const x = cubic((r * 0.43605 + g * 0.38508 + b * 0.14309) / 0.964221);
  const y = cubic(r * 0.22249 + g * 0.71689 + b * 0.06062);
  const z = cubic((r * 0.01393 + g * 0.0971 + b * 0.71419) / 0.825211);
  return { a: 500 * (x - y), b: 200 * (y - z) };
}

function cubic(value: number): number {
  const isDark = value <= 216 / 24_389;
  return isDark ? ((24_389 / 27) * value + 16) / 116 : Math.cbrt(value);
}

function offsetFromSkin({ a, b }: { readonly a: number; readonly b: number }): number {
  if (a < 0 || b < 0) return NO_COLOUR;
  return Math.hypot(beyond(a, SKIN_A), beyond(b, SKIN_B));
}

function beyond(value: number, [least, most]: readonly [number, number]): number {
  return Math.max(0, least - value, value - most);
}

/** Share of an eye's zone that is far darker than the cheeks: sunglasses, not a pupil. */
function darkShare(luminances: Uint8Array, zone: Zone, skin: Colour): number {
  const limit =
    COVER_DARKNESS *
    255 *
    luminance(Math.round(skin.red), Math.round(skin.green), Math.round(skin.blue));
  let dark = 0;
  forEachIn(zone, (i) => {
    if ((luminances[i] as number) < limit) dark += 1;
  });
  return dark / (zone.width * zone.height);
}

/** Share of the mouth's zone whose colour is neither the cheeks' nor redder: cloth, not lips. Every second pixel will do. */
function foreignShare(crop: FaceCrop, skin: Colour): number {
  const own = labOf(skin);
  let foreign = 0;
  let seen = 0;
  for (let y = MOUTH_ZONE.top; y < MOUTH_ZONE.top + MOUTH_ZONE.height; y += 2) {
    for (let x = MOUTH_ZONE.left; x < MOUTH_ZONE.left + MOUTH_ZONE.width; x += 2) {
      const i = y * CROP_PX + x;
      const { a, b } = labOf({
        red: crop.red[i] as number,
        green: crop.green[i] as number,
        blue: crop.blue[i] as number,
      });
      seen += 1;
      if (Math.hypot(Math.min(0, a - own.a), b - own.b) > COVER_CHROMA) foreign += 1;
    }
  }
  return foreign / seen;
}

function forEachIn(zone: Zone, visit: (i: number) => void): void {
  for (let y = zone.top; y < zone.top + zone.height; y += 1) {
    for (let x = zone.left; x < zone.left + zone.width; x += 1) visit(y * CROP_PX + x);
  }
}

/** Every pixel of the crop inside a polygon, row by row (even-odd rule). */
function forEachInside(polygon: readonly Point[], visit: (i: number) => void): void {
  for (let y = 0; y < CROP_PX; y += 1) {
    const crossings: number[] = [];
    polygon.forEach((p, k) => {
      const q = polygon[(k + 1) % polygon.length] ?? p;
      if (p.y <= y === q.y <= y) return;
      crossings.push(p.x + ((y - p.y) / (q.y - p.y)) * (q.x - p.x));
    });
    crossings.sort((p, q) => p - q);
    for (let k = 0; k + 1 < crossings.length; k += 2) {
      const from = Math.max(0, Math.ceil(crossings[k] as number));
      const to = Math.min(CROP_PX - 1, Math.floor(crossings[k + 1] as number));
      for (let x = from; x <= to; x += 1) visit(y * CROP_PX + x);
    }
  }
}
