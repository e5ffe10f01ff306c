import type { SeededRandom } from '../../../shared/kernel/seeded-random.ts';
import type { Surface } from '../../runtime/canonical-face.ts';
import { FaceRelief } from './face-heights.ts';
import type { FaceSource, FaceSurface } from './face-surface.ts';
import { type Body, gridSurface } from './scene.ts';

/**
 * Species of presentation attack instruments (ISO/IEC 30107-3): what is held before the camera to pass for a face.
 *
 * flat-print       a face printed on paper, held at any slant
 * bent-print-1     bent about one axis (radius 40-300 mm), towards or away from the camera, or folded along an axis
 * bent-print-2     bent in two axes: a dome, a bowl or a saddle
 * supported-print  laid over something convex of a face's size: a ball, a bottle, a foam head without features
 * phone-screen     shown on a phone or a tablet
 * cut-out-eyes     a print with the eyes cut out, the attacker's own behind
 * cut-out-nose     a print with eyes and nose cut out, the attacker's own nose reaching through
 * layered-relief   sheets cut along a face's contours and stacked, flat or on a bent base
 * mask             a rigid mask in the shape of another person's face, worn
 */
export const ARTEFACT_SPECIES = [
  'flat-print',
  'bent-print-1',
  'bent-print-2',
  'supported-print',
  'phone-screen',
  'cut-out-eyes',
  'cut-out-nose',
  'layered-relief',
  'mask',
] as const;
export type ArtefactSpecies = (typeof ARTEFACT_SPECIES)[number];

/** What stands before the camera, about the middle of the face: x right, y down, height towards the camera, mm. */
export interface Presented {
  /** `offset` moves a body away from the camera, mm. */
  readonly bodies: readonly { readonly body: Body; readonly offset: number }[];
  /** Right eye, left eye, nose tip, right and left corner of the mouth, where a face network sees them: x, y, height. */
  readonly points: Float64Array;
  readonly outline: Float64Array;
  /** How far it may be turned, degrees. */
  readonly turnDeg: number;
}

export interface Staging {
  readonly random: SeededRandom;
  /** Draws how dark things are to infrared light: apart, so that the shapes are the same with and without. */
  readonly paint: SeededRandom;
  readonly faces: FaceSource;
}

type Lift = (u: number, v: number) => readonly [x: number, y: number, h: number];

/** Heights of a face are asked for on this grid, and sheets are made of squares of this size, mm. */
const STEP_MM = 3;
/** Paper a little larger than the face that is printed on it. */
const PAPER = { width: 100, height: 140 } as const;
const PHONE = { width: 36, height: 76 } as const;
const TABLET = { width: 82, height: 118 } as const;
const SKIN = 0.6;
const HAIR = 0.25;
/** How much darker eyes and brows are than skin, as a share: makes simulated faces measure what real ones do. */
const EYES = { from: 0.6, to: 0.95 } as const;
/** Above this a head is hair, mm from the middle of eyes and mouth. */
const HAIRLINE_MM = -75;

export function buildPerson(staging: Staging): Presented {
  const face = staging.faces.make(staging.random);
  return { ...worn(face, staging), points: face.points, outline: face.outline, turnDeg: 20 };
}

export function buildArtefact(species: ArtefactSpecies, staging: Staging): Presented {
  const { random } = staging;
  const builders: Record<ArtefactSpecies, () => Presented> = {
    'flat-print': () => sheet(staging, { half: PAPER, lift: flat }),
    'bent-print-1': () =>
      sheet(staging, {
        half: PAPER,
        lift: random.next() < 0.75 ? bentOnce(random) : folded(random),
      }),
    'bent-print-2': () => sheet(staging, { half: PAPER, lift: bentTwice(random) }),
    'supported-print': () => sheet(staging, { half: PAPER, lift: draped(random) }),
    'phone-screen': () => screen(staging),
    'cut-out-eyes': () => cutOut(staging, 'eyes'),
    'cut-out-nose': () => cutOut(staging, 'eyes-and-nose'),
    'layered-relief': () => layered(staging),
    mask: () => mask(staging),
  };
  return builders[species]();
}

const flat: Lift = (u, v) => [u, v, 0];

/** Rolled about an axis in the sheet: paper keeps its length, so an arc's chord is shorter than the paper. */
function bentOnce(random: SeededRandom): Lift {
  const axis = random.between(0, Math.PI);
  const [c, s] = [Math.cos(axis), Math.sin(axis)];
  const radius = random.between(40, 300);
  const towards = random.next() < 0.7 ? -1 : 1;
  return (u, v) => {
    const across = u * c + v * s;
    const along = v * c - u * s;
    const angle = Math.max(-1.4, Math.min(1.4, across / radius));
    const x = radius * Math.sin(angle);
    return [x * c - along * s, x * s + along * c, towards * radius * (1 - Math.cos(angle))];
  };
}

/** Folded along a line through the middle, as a tent that is as high as a nose, its ridge more or less sharp. */
function folded(random: SeededRandom): Lift {
  const axis = random.between(-0.3, 0.3) + (random.next() < 0.8 ? 0 : Math.PI / 2);
  const [c, s] = [Math.cos(axis), Math.sin(axis)];
  const slope = random.between(0.15, 0.9);
  const ridge = random.between(1, 15);
  return (u, v) => {
    const across = u * c + v * s;
    const along = v * c - u * s;
    const x = across / Math.hypot(1, slope);
    return [x * c - along * s, x * s + along * c, -slope * (Math.hypot(x, ridge) - ridge)];
  };
}

function bentTwice(random: SeededRandom): Lift {
  const [a, b] = [random, random].map(
    (r) => (r.next() < 0.7 ? -1 : 1) / (2 * r.between(60, 300)),
  ) as [number, number];
  const turn = random.between(0, Math.PI);
  const [c, s] = [Math.cos(turn), Math.sin(turn)];
  return (u, v) => {
    const p = u * c + v * s;
    const q = v * c - u * s;
    return [u, v, a * p * p + b * q * q];
  };
}

/** Over a rounded body of a face's size: from a foot ball's roundness to a shape with flanks, the paper hanging straight below it. */
function draped(random: SeededRandom): Lift {
  const wide = random.between(60, 95);
  const high = random.between(80, 140);
  const deep = random.between(25, 80);
  const power = random.between(1.6, 3.2);
  return (u, v) => {
    const r = Math.abs(u / wide) ** power + Math.abs(v / high) ** power;
    return [u, v, r < 1 ? deep * (1 - r) ** (1 / power) : 0];
  };
}

interface SheetShape {
  readonly half: { readonly width: number; readonly height: number };
  readonly lift: Lift;
  readonly cut?: (u: number, v: number) => boolean;
  readonly glass?: boolean;
  /** Life size is 1. */
  readonly scale?: number;
}

/** A sheet that carries the picture of a face, about its middle. */
function sheet(staging: Staging, shape: SheetShape): Presented {
  const { random, faces } = staging;
  const face = faces.make(random);
  const scale = shape.scale ?? random.between(0.85, 1.1);
  return {
    bodies: [{ body: printed(face, random, { ...shape, scale }), offset: 0 }],
    ...printedPoints(face, { ...shape, scale }),
    turnDeg: 25,
  };
}

function printedPoints(
  face: FaceSurface,
  shape: SheetShape & { readonly scale: number },
): Pick<Presented, 'points' | 'outline'> {
  const onSheet = (points: Float64Array): Float64Array => {
    const out = new Float64Array(points.length);
    for (let i = 0; i < points.length; i += 3) {
      out.set(
        shape.lift((points[i] as number) * shape.scale, (points[i + 1] as number) * shape.scale),
        i,
      );
    }
    return out;
  };
  return { points: onSheet(face.points), outline: onSheet(face.outline) };
}

/** Toner swallows infrared, dye lets it through: eyes, brows and mouth are darker to the sensor by any amount, or not at all. */
function printed(
  face: FaceSurface,
  random: SeededRandom,
  shape: SheetShape & { readonly scale: number },
): Body {
  const { surface, uv } = gridSurface({ ...shape.half, stepMm: STEP_MM }, shape.lift, shape.cut);
  const ink = random.next() < 0.5 ? random.between(0, 0.75) : 0;
  const paper = random.between(0.6, 0.9);
  const albedo = new Float32Array(uv.length / 2);
  for (let i = 0; i < albedo.length; i += 1) {
    const u = (uv[i * 2] as number) / shape.scale;
    const v = (uv[i * 2 + 1] as number) / shape.scale;
    albedo[i] = paper * (1 - ink * darkness(face.points, u, v));
  }
  return { surface, albedo, glass: shape.glass ?? false };
}

/** How dark a picture of a face is at a place, 0-1: eyes with their brows, the mouth, hair above and aside. */
function darkness(points: Float64Array, u: number, v: number): number {
  const blob = ([x, y]: readonly [number, number], wide: number, high: number): number =>
    Math.exp(-(((u - x) / wide) ** 2) - ((v - y) / high) ** 2);
  const at = (i: number): [number, number] => [
    points[i * 3] as number,
    points[i * 3 + 1] as number,
  ];
  const [rightX, rightY] = at(0);
  const [leftX, leftY] = at(1);
  const mouthY = at(3)[1];
  const nose = at(2);
  const hair = (u / 78) ** 2 + ((v - 5) / 105) ** 2 > 1 ? 0.8 : 0;
  return Math.min(
    1,
    blob([rightX, rightY - 6], 20, 14) +
      blob([leftX, leftY - 6], 20, 14) +
      0.7 * blob([0, mouthY], 24, 8) +
      0.4 * blob([nose[0], nose[1] + 10], 14, 6) +
      hair,
  );
}

function screen(staging: Staging): Presented {
  const { random } = staging;
  const tablet = random.next() < 0.5;
  return sheet(staging, {
    half: tablet ? TABLET : PHONE,
    lift: flat,
    glass: true,
    scale: tablet ? random.between(0.8, 1.05) : random.between(0.4, 0.65),
  });
}

/** Flat or rolled about an upright axis, worn before the attacker's face so that it touches what is not cut out. */
function cutOut(staging: Staging, what: 'eyes' | 'eyes-and-nose'): Presented {
  const { random, faces } = staging;
  const attacker = faces.make(random);
  const radius = random.next() < 0.4 ? 1e5 : random.between(80, 260);
  const lift: Lift = (u, v) => {
    const angle = Math.max(-1.4, Math.min(1.4, u / radius));
    return [radius * Math.sin(angle), v, -radius * (1 - Math.cos(angle))];
  };
  const [rightX, rightY, , leftX, leftY, , noseX, noseY] = attacker.points as unknown as number[];
  const eye = { wide: random.between(14, 24), high: random.between(7, 16) };
  const nose = {
    wide: random.between(15, 24),
    top: random.between(20, 42),
    below: random.between(10, 22),
  };
  const cut = (u: number, v: number): boolean => {
    const inEye = (x = 0, y = 0): boolean =>
      ((u - x) / eye.wide) ** 2 + ((v - y) / eye.high) ** 2 < 1;
    if (inEye(rightX, rightY) || inEye(leftX, leftY)) return true;
    if (what === 'eyes') return false;
    const along = v - (noseY ?? 0);
    // A triangle with the tip at the bridge.
    const half = nose.wide * Math.max(0.25, Math.min(1, (along + nose.top) / nose.top));
    return along > -nose.top && along < nose.below && Math.abs(u - (noseX ?? 0)) < half;
  };
  const shape = { half: PAPER, lift, cut, scale: 1 };
  // The sheet lies on the highest of what it covers, or a little before it.
  const heights = new FaceRelief(attacker.surface, STEP_MM);
  let highest = Number.NEGATIVE_INFINITY;
  for (let v = -75; v <= 75; v += STEP_MM) {
    for (let u = -65; u <= 65; u += STEP_MM) {
      if (!cut(u, v)) highest = Math.max(highest, heights.at(u, v) - lift(u, v)[2]);
    }
  }
  const offset = -(highest + random.between(0, 8));
  const print = printed(attacker, random, shape);
  const { points, outline } = printedPoints(attacker, shape);
  const raised = (values: Float64Array): Float64Array =>
    values.map((value, i) => (i % 3 === 2 ? value - offset : value));
  return {
    bodies: [{ body: print, offset }, ...worn(attacker, staging).bodies],
    points: raised(points),
    outline: raised(outline),
    turnDeg: 15,
  };
}

/**
 * Contours of a face cut from board. On a flat base the layers are contours of the whole face; on a bent one they are
 * contours of what stands out before it.
 */
function layered(staging: Staging): Presented {
  const { random, faces } = staging;
  const face = faces.make(random);
  const heights = new FaceRelief(face.surface, STEP_MM / 2);
  const onBent = random.next() < 0.5;
  const base = onBent ? bentOnce(random) : flat;
  const layers = 2 + random.below(4);
  const reference = onBent ? heights.bowl() : () => 0;
  const range = heights.range(reference);
  const total = range.to - range.from;
  const thickness = total / layers;
  const lift: Lift = (u, v) => {
    const [x, y, h] = base(u, v);
    const raw = heights.at(u, v) - reference(u, v);
    const above = Number.isFinite(raw) ? raw : range.from;
    const step = Math.max(0, Math.min(layers - 1, Math.floor((above - range.from) / thickness)));
    return [x, y, h + step * thickness];
  };
  const shape = { half: PAPER, lift, scale: 1 };
  const { surface, uv } = gridSurface({ ...PAPER, stepMm: STEP_MM / 2 }, lift);
  const board = random.between(0.5, 0.9);
  const ink = pigment(staging.paint);
  const albedo = new Float32Array(uv.length / 2).fill(board);
  const painted = albedo.map(
    (_, i) =>
      board * (1 - ink * darkness(face.points, uv[i * 2] as number, uv[i * 2 + 1] as number)),
  );
  return {
    bodies: [{ body: { surface, albedo, painted }, offset: 0 }],
    ...printedPoints(face, shape),
    turnDeg: 20,
  };
}

/** Resin, paper or latex of any brightness, painted with colours that infrared light passes, or with some that swallow it. */
function mask(staging: Staging): Presented {
  const { random, paint, faces } = staging;
  const face = faces.make(random);
  const dull = { albedo: paint.between(0.2, 0.9), eyes: pigment(paint) };
  return { ...worn(face, staging, dull), points: face.points, outline: face.outline, turnDeg: 20 };
}

/** What of infrared light a picture's dark parts swallow: nothing where they are dye, any share where they are pigment. */
function pigment(paint: SeededRandom): number {
  return paint.next() < 0.5 ? paint.between(0, 0.75) : 0;
}

/** A face on a head, with neck and shoulders; of skin, or of what else is said. */
function worn(
  face: FaceSurface,
  { random, paint }: Staging,
  of?: { readonly albedo: number; readonly eyes: number },
): Pick<Presented, 'bodies'> {
  const skin = random.between(SKIN - 0.15, SKIN + 0.15);
  const eyes = of?.eyes ?? paint.between(EYES.from, EYES.to);
  const { vertices } = face.surface;
  const painted = Float32Array.from({ length: vertices.length / 3 }, (_, i) => {
    const dark = darkness(face.points, vertices[i * 3] as number, vertices[i * 3 + 1] as number);
    return (of?.albedo ?? skin) * (1 - eyes * dark);
  });
  const bodies = [
    { body: { ...plain(face.surface, skin), painted }, offset: 0 },
    { body: haired(ellipsoid([0, -10, -75], [78, 112, 90]), of?.albedo ?? skin), offset: 0 },
    { body: plain(ellipsoid([0, 110, -85], [55, 80, 55]), skin), offset: 0 },
    { body: plain(ellipsoid([0, 230, -100], [210, 90, 80]), 0.5), offset: 0 },
  ];
  return { bodies };
}

/** A head; its hair is where the infrared picture shows it, and not where a face's forehead is. */
function haired(surface: Surface, skin: number): Body {
  const { vertices } = surface;
  const body = plain(surface, HAIR);
  const painted = body.albedo.map((_, i) =>
    (vertices[i * 3 + 1] as number) < HAIRLINE_MM ? HAIR : skin,
  );
  return { ...body, painted };
}

function plain(surface: Surface, albedo: number): Body {
  return { surface, albedo: new Float32Array(surface.vertices.length / 3).fill(albedo) };
}

/** The front half of an ellipsoid. */
function ellipsoid(
  centre: readonly [number, number, number],
  radii: readonly [number, number, number],
): Surface {
  const [rx, ry, rz] = radii;
  return gridSurface({ width: 1, height: 1, stepMm: 0.08 }, (u, v) => {
    // The square is drawn in to a disc.
    const r = Math.hypot(u, v);
    const k = r === 0 ? 0 : Math.max(Math.abs(u), Math.abs(v)) / r;
    const [x, y] = [u * k, v * k];
    return [
      centre[0] + rx * x,
      centre[1] + ry * y,
      centre[2] + rz * Math.sqrt(Math.max(0, 1 - x * x - y * y)),
    ];
  }).surface;
}
