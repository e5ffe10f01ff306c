import Delaunator from 'delaunator';
import type { SeededRandom } from '../../shared/kernel/seeded-random.ts';
import type { AttackSpecies, Species } from './attack-species.ts';
import { type DepthMap, drawTriangle, emptyDepthMap } from './depth-map.ts';
import { type FaceShape, interEyePx, MESH_VERTEX, vertexOf } from './face-shape.ts';

export interface SceneRequest {
  /** Faces in pixels of the depth picture. */
  readonly faces: readonly FaceShape[];
  readonly width: number;
  readonly height: number;
  readonly focalPx: number;
  readonly species: Species;
  readonly random: SeededRandom;
}

/** Mean distance between adult pupils, mm (Dodgson, "Variation and extrema of human interpupillary distance", 2004). */
export const INTER_EYE_MM = 63;
/** On a phone of 70 mm across a face is shown at less than half of life size. */
const INTER_EYE_ON_PHONE_MM = 28;
const BACKGROUND_MM = { from: 700, to: 1_400 } as const;

/**
 * True distances of a scene, before any sensor: a wall, and before it the people or the artefact.
 *
 * A person is the mesh's own face shape, put at the distance that its inter-eye pixels and the focal length give,
 * on a plain head, neck and shoulders. An artefact is a sheet or a screen that carries the whole picture of the face.
 */
export function buildScene(request: SceneRequest): DepthMap {
  const { width, height, random } = request;
  const map = emptyDepthMap(width, height);
  if (request.species === 'bona-fide') {
    for (const face of request.faces) drawPerson(map, face, request.focalPx);
  } else {
    const largest = request.faces[0];
    if (largest) drawArtefact(map, largest, request);
  }
  drawWall(map, random);
  return map;
}

/** Distance of a face, mm, at which its eyes are as far apart as they look. */
export function distanceOf(face: FaceShape, focalPx: number, interEyeMm = INTER_EYE_MM): number {
  return (focalPx * interEyeMm) / interEyePx(face);
}

function drawPerson(map: DepthMap, face: FaceShape, focalPx: number): void {
  const eyesMm = distanceOf(face, focalPx);
  const mmPerPx = INTER_EYE_MM / interEyePx(face);
  const eyesZ = (face.rightEye.z + face.leftEye.z) / 2;
  const zMm = (z: number): number => eyesMm + (z - eyesZ) * mmPerPx;
  drawBody(map, face, { mmPerPx, zMm });
  drawFaceMesh(map, face, zMm);
}

/**
 * The mesh as a surface: Delaunay triangles over the vertices as seen. The face hides what is behind it, so it is
 * drawn on a map of its own and laid over.
 */
function drawFaceMesh(map: DepthMap, face: FaceShape, zMm: (z: number) => number): void {
  const count = face.vertices.length / 3;
  const flat = new Float64Array(count * 2);
  for (let i = 0; i < count; i += 1) {
    flat[i * 2] = face.vertices[i * 3] ?? 0;
    flat[i * 2 + 1] = face.vertices[i * 3 + 1] ?? 0;
  }
  const { triangles } = new Delaunator(flat);
  const layer = emptyDepthMap(map.width, map.height);
  const corner = (id: number): { x: number; y: number; z: number } => {
    const vertex = vertexOf(face, id);
    return { x: vertex.x, y: vertex.y, z: zMm(vertex.z) };
  };
  for (let i = 0; i < triangles.length; i += 3) {
    const [a, b, c] = [triangles[i] ?? 0, triangles[i + 1] ?? 0, triangles[i + 2] ?? 0];
    drawTriangle(layer, corner(a), [corner(b), corner(c)]);
  }
  layer.mm.forEach((z, i) => {
    if (Number.isFinite(z)) map.mm[i] = z;
  });
}

interface BodyScale {
  readonly mmPerPx: number;
  readonly zMm: (z: number) => number;
}

/** Skull, neck and shoulders as ellipses bulging towards the camera, in axes that turn with the head. */
function drawBody(map: DepthMap, face: FaceShape, scale: BodyScale): void {
  const top = vertexOf(face, MESH_VERTEX.forehead);
  const chin = vertexOf(face, MESH_VERTEX.chin);
  const right = vertexOf(face, MESH_VERTEX.rightCheek);
  const left = vertexOf(face, MESH_VERTEX.leftCheek);
  const faceHeight = Math.hypot(chin.x - top.x, chin.y - top.y);
  const faceWidth = Math.hypot(left.x - right.x, left.y - right.y);
  const down = { x: (chin.x - top.x) / faceHeight, y: (chin.y - top.y) / faceHeight };
  const middle = { x: (top.x + chin.x) / 2, y: (top.y + chin.y) / 2 };
  const rimMm = (scale.zMm(right.z) + scale.zMm(left.z)) / 2;
  const at = (along: number): { x: number; y: number } => ({
    x: middle.x + down.x * along * faceHeight,
    y: middle.y + down.y * along * faceHeight,
  });
  const ellipses = [
    {
      centre: at(-0.12),
      across: 0.58 * faceWidth,
      along: 0.72 * faceHeight,
      mm: rimMm + 20,
      bulge: 45,
    },
    {
      centre: at(0.6),
      across: 0.36 * faceWidth,
      along: 0.45 * faceHeight,
      mm: rimMm + 45,
      bulge: 25,
    },
    {
      centre: at(1.45),
      across: 1.5 * faceWidth,
      along: 0.75 * faceHeight,
      mm: rimMm + 90,
      bulge: 60,
    },
  ];
  for (const ellipse of ellipses) {
    drawEllipse(map, { ...ellipse, down });
  }
}

function drawEllipse(
  map: DepthMap,
  shape: {
    readonly centre: { readonly x: number; readonly y: number };
    readonly down: { readonly x: number; readonly y: number };
    readonly across: number;
    readonly along: number;
    /** Distance of the rim and how far the middle stands out, mm. */
    readonly mm: number;
    readonly bulge: number;
  },
): void {
  const { centre, down, across, along } = shape;
  for (let y = 0; y < map.height; y += 1) {
    for (let x = 0; x < map.width; x += 1) {
      const dx = x - centre.x;
      const dy = y - centre.y;
      const u = (dx * down.y - dy * down.x) / across;
      const v = (dx * down.x + dy * down.y) / along;
      const r2 = u * u + v * v;
      if (r2 >= 1) continue;
      const z = shape.mm - shape.bulge * Math.sqrt(1 - r2);
      const i = y * map.width + x;
      if (z < (map.mm[i] ?? 0)) map.mm[i] = z;
    }
  }
}

interface Sheet {
  /** Half width and half height, mm. */
  readonly halfWidth: number;
  readonly halfHeight: number;
  readonly distanceMm: number;
  /** Slopes in x and y. */
  readonly tiltX: number;
  readonly tiltY: number;
  /** 1/(2R) of the bend in each axis, per mm; the middle is nearest. */
  readonly bendX: number;
  readonly bendY: number;
}

function sheetOf(
  species: AttackSpecies,
  view: { readonly face: FaceShape; readonly focalPx: number; readonly random: SeededRandom },
): Sheet {
  const { face, focalPx, random } = view;
  const tilt = (degrees: number): number =>
    Math.tan((random.between(-degrees, degrees) * Math.PI) / 180);
  const bend = (): number => 1 / (2 * random.between(110, 260));
  // A4 upright, which holds a face at life size.
  const paper = {
    halfWidth: 105,
    halfHeight: 148,
    distanceMm: distanceOf(face, focalPx),
    tiltX: tilt(15),
    tiltY: tilt(15),
  };
  const bends: Record<AttackSpecies, Pick<Sheet, 'bendX' | 'bendY'>> = {
    'flat-print': { bendX: 0, bendY: 0 },
    'bent-print-1': { bendX: bend(), bendY: 0 },
    'bent-print-2': { bendX: bend(), bendY: bend() },
    'phone-screen': { bendX: 0, bendY: 0 },
  };
  if (species !== 'phone-screen') return { ...paper, ...bends[species] };
  const distanceMm = distanceOf(face, focalPx, INTER_EYE_ON_PHONE_MM);
  return { ...paper, ...bends[species], halfWidth: 35, halfHeight: 75, distanceMm };
}

/** The surface is found along each pixel's ray by fixed-point steps; it is nearly upright, so few are needed. */
function drawArtefact(map: DepthMap, face: FaceShape, request: SceneRequest): void {
  const { species, focalPx, random } = request;
  if (species === 'bona-fide') return;
  const sheet = sheetOf(species, { face, focalPx, random });
  const { box } = face;
  const centre = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  for (let y = 0; y < map.height; y += 1) {
    for (let x = 0; x < map.width; x += 1) {
      let z = sheet.distanceMm;
      let mmX = 0;
      let mmY = 0;
      for (let step = 0; step < 8; step += 1) {
        mmX = ((x - centre.x) * z) / focalPx;
        mmY = ((y - centre.y) * z) / focalPx;
        z =
          sheet.distanceMm +
          mmX * sheet.tiltX +
          mmY * sheet.tiltY +
          mmX * mmX * sheet.bendX +
          mmY * mmY * sheet.bendY;
      }
      if (Math.abs(mmX) > sheet.halfWidth || Math.abs(mmY) > sheet.halfHeight) continue;
      map.mm[y * map.width + x] = z;
    }
  }
}

function drawWall(map: DepthMap, random: SeededRandom): void {
  const mm = random.between(BACKGROUND_MM.from, BACKGROUND_MM.to);
  const slope = random.between(-0.4, 0.4);
  for (let y = 0; y < map.height; y += 1) {
    for (let x = 0; x < map.width; x += 1) {
      const i = y * map.width + x;
      if (!Number.isFinite(map.mm[i] ?? 0)) map.mm[i] = mm + slope * (x - map.width / 2);
    }
  }
}
