import type { Point } from './analysis.ts';
import type { DepthPicture, Picture } from './picture.ts';

/**
 * What a frame leaves behind to be compared with the others of its burst, when its pictures are gone: the sensors' noise
 * and the finest structure about the nose, from which nobody can be recognised.
 */
export interface FrameTrace {
  readonly colour: ColourTrace;
  /** Smallest fingerprints of the depth picture's noise, ascending; absent without depth. */
  readonly depth?: Int32Array;
}

/** Second differences of green (`ColourTrace.values`) at the places of a lattice that lies fast on the picture. */
export interface ColourTrace {
  /** Of the first place, in steps of the lattice from the picture's corner. */
  readonly left: number;
  readonly top: number;
  readonly columns: number;
  readonly rows: number;
  readonly values: Int16Array;
}

/** Every fourth pixel of every fourth row, and at most so many of them about the nose. */
const LATTICE_PX = 4;
const LATTICE_SIDE = 40;
/** The part of the depth picture about the nose that is fingerprinted, pixels. */
const DEPTH_BLOCK = { width: 72, height: 96 } as const;
/** Differences of neighbours that one fingerprint holds: two shots of a still scene never agree in so many. */
const WINDOW = 24;
/** Fingerprints that are kept: the smallest are a sample that does not depend on where in the picture they lie. */
const KEPT = 64;
/** Of about this many fingerprints one is small enough to be looked at further. */
const ONE_OF = 32;
const SMALL = -(2 ** 31) + 2 ** 32 / ONE_OF;
/** Rolling hash: odd multiplier, and its power that takes the oldest difference out again. */
const FACTOR = 0x2c1b3c6d;
const OLDEST = power(FACTOR, WINDOW);

/** @param nose in pixels of the picture */
export function traceColour({ data, width, height }: Picture, nose: Point): ColourTrace {
  const left = firstPlace(nose.x);
  const top = firstPlace(nose.y);
  const columns = placesFrom(left, width);
  const rows = placesFrom(top, height);
  const values = new Int16Array(columns * rows);
  let o = 0;
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const at = ((top + row) * LATTICE_PX * width + (left + column) * LATTICE_PX) * 3 + 1;
      values[o] =
        4 * (data[at] as number) -
        (data[at - 3] as number) -
        (data[at + 3] as number) -
        (data[at - 3 * width] as number) -
        (data[at + 3 * width] as number);
      o += 1;
    }
  }
  return { left, top, columns, rows, values };
}

function firstPlace(centrePx: number): number {
  return Math.max(1, Math.round(centrePx / LATTICE_PX) - LATTICE_SIDE / 2);
}

/** How many places there are from the first on that have neighbours in a picture of this size. */
function placesFrom(first: number, sizePx: number): number {
  return Math.max(0, Math.min(LATTICE_SIDE, Math.floor((sizePx - 2) / LATTICE_PX) - first + 1));
}

/**
 * Fingerprints of rows of the depth picture about the nose: hashes of differences between neighbours, so that neither
 * moving the picture nor adding to all its distances changes them.
 *
 * @param nose in pixels of the depth picture
 */
export function traceDepth({ data, width, height }: DepthPicture, nose: Point): Int32Array {
  const left = Math.max(1, Math.round(nose.x) - DEPTH_BLOCK.width / 2);
  const right = Math.min(width, left + DEPTH_BLOCK.width);
  const top = Math.max(0, Math.round(nose.y) - DEPTH_BLOCK.height / 2);
  const bottom = Math.min(height, top + DEPTH_BLOCK.height);
  const small: number[] = [];
  for (let y = top; y < bottom; y += 1) {
    let hash = 0;
    let length = 0;
    for (let x = left; x < right; x += 1) {
      const at = y * width + x;
      const z = data[at] as number;
      const before = data[at - 1] as number;
      // A hole is where the sensor saw nothing: no noise to compare.
      if (z === 0 || before === 0) {
        hash = 0;
        length = 0;
        continue;
      }
      hash = (Math.imul(hash, FACTOR) + (z - before) + 1) | 0;
      length += 1;
      if (length > WINDOW) {
        const old = at - WINDOW;
        const oldest = (data[old] as number) - (data[old - 1] as number) + 1;
        hash = (hash - Math.imul(OLDEST, oldest)) | 0;
      }
      if (length < WINDOW) continue;
      const print = scrambled(hash);
      if (print < SMALL) small.push(print);
    }
  }
  return Int32Array.from(new Set(small)).toSorted().slice(0, KEPT);
}

/** Spreads a hash evenly (the finaliser of MurmurHash3), so that the smallest are a fair sample. */
function scrambled(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

function power(base: number, exponent: number): number {
  let result = 1;
  for (let i = 0; i < exponent; i += 1) result = Math.imul(result, base);
  return result;
}

/** Fewer places, or fingerprints, in common than this tell nothing. */
const LEAST_COMMON = 100;
const LEAST_PRINTS = 8;

/** How alike the finest structure of two frames is at the same places: correlation, or 0 where too little is in common. */
export function colourLikeness(a: ColourTrace, b: ColourTrace): number {
  const left = Math.max(a.left, b.left);
  const right = Math.min(a.left + a.columns, b.left + b.columns);
  const top = Math.max(a.top, b.top);
  const bottom = Math.min(a.top + a.rows, b.top + b.rows);
  if (right <= left || bottom <= top || (right - left) * (bottom - top) < LEAST_COMMON) return 0;
  let aa = 0;
  let bb = 0;
  let ab = 0;
  for (let y = top; y < bottom; y += 1) {
    for (let x = left; x < right; x += 1) {
      const p = a.values[(y - a.top) * a.columns + x - a.left] as number;
      const q = b.values[(y - b.top) * b.columns + x - b.left] as number;
      aa += p * p;
      bb += q * q;
      ab += p * q;
    }
  }
  return ab / Math.sqrt(Math.max(1, aa * bb));
}

/** Share of the smaller fingerprints of two frames that both have (Broder's sketch of the Jaccard index). */
export function depthLikeness(a: Int32Array, b: Int32Array): number {
  const size = Math.min(KEPT, a.length, b.length);
  if (size < LEAST_PRINTS) return 0;
  const others = new Set(b.subarray(0, size));
  let common = 0;
  for (const print of a.subarray(0, size)) if (others.has(print)) common += 1;
  return common / size;
}
