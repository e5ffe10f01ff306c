import type { FaceBox, FivePoints, Point } from './analysis.ts';

/**
 * Maps a point (u, v) of a network's input to the picture: x = a*u + b*v + c, y = d*u + e*v + f.
 * Whole numbers are pixel centres on both sides.
 */
export interface Affine {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly e: number;
  readonly f: number;
}

export function applyAffine(m: Affine, u: number, v: number): Point {
  return { x: m.a * u + m.b * v + m.c, y: m.d * u + m.e * v + m.f };
}

/** How many picture pixels one input pixel spans. */
export function scaleOf(m: Affine): number {
  return Math.sqrt(Math.abs(m.a * m.e - m.b * m.d));
}

/** The same crop, mirrored left to right. */
export function mirrored(m: Affine, width: number): Affine {
  return {
    ...m,
    a: -m.a,
    c: m.c + m.a * (width - 1),
    d: -m.d,
    f: m.f + m.d * (width - 1),
  };
}

/**
 * Scales a rectangle of the picture onto width x height input pixels. Edges meet edges (hence the
 * halves), so a decimated picture does not shift.
 */
export function stretch(box: FaceBox, width: number, height: number): Affine {
  const sx = box.width / width;
  const sy = box.height / height;
  return { a: sx, b: 0, c: box.x + sx / 2 - 0.5, d: 0, e: sy, f: box.y + sy / 2 - 0.5 };
}

/** A square of the picture around a centre, turned by `angle` (radians), onto `size` x `size` input pixels. */
export function turnedSquare(
  centre: Point,
  square: { readonly sidePx: number; readonly angle: number; readonly size: number },
): Affine {
  const q = square.sidePx / square.size;
  const cos = Math.cos(square.angle) * q;
  const sin = Math.sin(square.angle) * q;
  const half = square.size / 2;
  return {
    a: cos,
    b: -sin,
    c: centre.x - half * cos + half * sin,
    d: sin,
    e: cos,
    f: centre.y - half * sin - half * cos,
  };
}

/**
 * The similarity (turn, scale, shift) that brings five points of the picture nearest to a template, in the
 * sense of least squares (Umeyama 1991 in two dimensions), returned as the map from template to picture.
 */
export function alignTo(
  points: FivePoints,
  template: readonly (readonly [number, number])[],
): Affine {
  let mx = 0;
  let my = 0;
  let ux = 0;
  let uy = 0;
  const n = points.length;
  points.forEach((point, i) => {
    const [tx, ty] = template[i] ?? [0, 0];
    mx += point.x / n;
    my += point.y / n;
    ux += tx / n;
    uy += ty / n;
  });
  let a = 0;
  let b = 0;
  let spread = 0;
  points.forEach((point, i) => {
    const [tx, ty] = template[i] ?? [0, 0];
    const x = point.x - mx;
    const y = point.y - my;
    a += x * (tx - ux) + y * (ty - uy);
    b += x * (ty - uy) - y * (tx - ux);
    spread += x * x + y * y;
  });
  a /= spread;
  b /= spread;
  // Forward: X = a x - b y + tx, Y = b x + a y + ty. Its inverse is a similarity again.
  const tx = ux - a * mx + b * my;
  const ty = uy - b * mx - a * my;
  const det = a * a + b * b;
  const ia = a / det;
  const ib = b / det;
  return { a: ia, b: ib, c: -(ia * tx + ib * ty), d: -ib, e: ia, f: ib * tx - ia * ty };
}

/** Makes a template's face larger or smaller about the middle of its square. */
export function scaleTemplate(
  template: readonly (readonly [number, number])[],
  scale: number,
  size: number,
): readonly (readonly [number, number])[] {
  const middle = size / 2;
  return template.map(([x, y]) => [middle + (x - middle) * scale, middle + (y - middle) * scale]);
}

export function distance(p: Point, q: Point): number {
  return Math.hypot(p.x - q.x, p.y - q.y);
}

export function area(box: FaceBox): number {
  return box.width * box.height;
}

/** Area that two boxes share, square pixels. */
export function overlapArea(p: FaceBox, q: FaceBox): number {
  const width = Math.min(p.x + p.width, q.x + q.width) - Math.max(p.x, q.x);
  const height = Math.min(p.y + p.height, q.y + q.height) - Math.max(p.y, q.y);
  return Math.max(0, width) * Math.max(0, height);
}

/** Intersection over union, 0-1. */
export function iou(p: FaceBox, q: FaceBox): number {
  const shared = overlapArea(p, q);
  return shared / (area(p) + area(q) - shared);
}
