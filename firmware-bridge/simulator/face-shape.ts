import type { InstalledPack } from '../../models/packs/installed-pack.ts';
import type { FaceBox, Point } from '../../models/runtime/analysis.ts';
import { type Detection, Detector, suppress } from '../../models/runtime/detector.ts';
import { type Affine, applyAffine, scaleOf, turnedSquare } from '../../models/runtime/geometry.ts';
import { Network, outputOf } from '../../models/runtime/network.ts';
import type { Picture } from '../../models/runtime/picture.ts';
import { PicturePyramid } from '../../models/runtime/warp.ts';

/** The shape of a face as the mesh network sees it in a picture. */
export interface FaceShape {
  readonly box: FaceBox;
  /** x, y, z of each vertex: picture pixels, z in the same unit, growing away from the camera, without origin. */
  readonly vertices: Float64Array;
  /** The person's right eye is on the picture's left. */
  readonly rightEye: SpatialPoint;
  readonly leftEye: SpatialPoint;
}

export interface SpatialPoint extends Point {
  readonly z: number;
}

/** Vertices of the mesh that the scene builder needs by name (MediaPipe's numbering). */
export const MESH_VERTEX = {
  forehead: 10,
  chin: 152,
  rightCheek: 234,
  leftCheek: 454,
  noseTip: 4,
} as const;

/** Finds every face of a picture and its shape. Runs on the caller's thread: for simulators, not for the hub. */
export class FaceShapeFinder {
  private readonly pack: InstalledPack;
  private readonly detector: Detector;
  private readonly mesh: Network;

  private constructor(pack: InstalledPack, detector: Detector, mesh: Network) {
    this.pack = pack;
    this.detector = detector;
    this.mesh = mesh;
  }

  static async load(pack: InstalledPack): Promise<FaceShapeFinder> {
    const meter = { spentMs: 0 };
    return new FaceShapeFinder(
      pack,
      await Detector.load(pack, meter),
      await Network.load(pack.dir, pack.manifest.mesh.model, meter),
    );
  }

  /**
   * The faces of a picture, largest first.
   *
   * @param effort `thorough` also looks into overlapping quarters, for the small faces of a group picture
   */
  async find(picture: Picture, effort: 'quick' | 'thorough' = 'quick'): Promise<FaceShape[]> {
    const source = new PicturePyramid(picture);
    const regions: (FaceBox | undefined)[] = [undefined];
    if (effort === 'thorough') regions.push(...overlappingTiles(picture));
    const found: Detection[] = [];
    for (const region of regions) {
      const faces = await this.detector.detect(source, region);
      found.push(...(region ? faces.filter((face) => isInside(face.box, region)) : faces));
    }
    const shapes: FaceShape[] = [];
    for (const face of suppress(found, 0.3)) {
      const shape = await this.fit(source, face);
      if (shape) shapes.push(shape);
    }
    return shapes.toSorted((p, q) => q.box.width * q.box.height - p.box.width * p.box.height);
  }

  async close(): Promise<void> {
    await this.detector.close();
    await this.mesh.close();
  }

  private async fit(source: PicturePyramid, face: Detection): Promise<FaceShape | undefined> {
    const spec = this.pack.manifest.mesh;
    const { box, rightEye, leftEye } = face;
    const crop = turnedSquare(
      { x: box.x + box.width / 2, y: box.y + box.height / 2 },
      {
        sidePx: Math.max(box.width, box.height) * spec.cropScale,
        angle: Math.atan2(leftEye.y - rightEye.y, leftEye.x - rightEye.x),
        size: spec.model.input.width,
      },
    );
    const outputs = await this.mesh.runOn(source, crop);
    if ((outputOf(outputs, spec.presenceOutput)[0] ?? 0) < spec.minPresence) return undefined;
    const vertices = moved(Float64Array.from(outputOf(outputs, spec.pointsOutput)), crop);
    const eyes = spec.alignmentVertices;
    return {
      box,
      vertices,
      rightEye: meanVertex(vertices, eyes.rightEye),
      leftEye: meanVertex(vertices, eyes.leftEye),
    };
  }
}

/** The same face seen through a map of the picture plane; z scales with it. */
export function movedShape(shape: FaceShape, map: Affine): FaceShape {
  const { box } = shape;
  const centre = applyAffine(map, box.x + box.width / 2, box.y + box.height / 2);
  const scale = scaleOf(map);
  const width = box.width * scale;
  const height = box.height * scale;
  const movedPoint = (point: SpatialPoint): SpatialPoint => ({
    ...applyAffine(map, point.x, point.y),
    z: point.z * scale,
  });
  return {
    box: { x: centre.x - width / 2, y: centre.y - height / 2, width, height },
    vertices: moved(shape.vertices, map),
    rightEye: movedPoint(shape.rightEye),
    leftEye: movedPoint(shape.leftEye),
  };
}

/** Distance between the eyes in space, picture pixels: a turned head keeps it. */
export function interEyePx(shape: FaceShape): number {
  const { rightEye: r, leftEye: l } = shape;
  return Math.hypot(l.x - r.x, l.y - r.y, l.z - r.z);
}

export function vertexOf(shape: FaceShape, id: number): SpatialPoint {
  const { vertices } = shape;
  return {
    x: vertices[id * 3] ?? 0,
    y: vertices[id * 3 + 1] ?? 0,
    z: vertices[id * 3 + 2] ?? 0,
  };
}

function moved(vertices: Float64Array, map: Affine): Float64Array {
  const scale = scaleOf(map);
  const out = new Float64Array(vertices.length);
  for (let i = 0; i < vertices.length; i += 3) {
    const { x, y } = applyAffine(map, vertices[i] ?? 0, vertices[i + 1] ?? 0);
    out[i] = x;
    out[i + 1] = y;
    out[i + 2] = (vertices[i + 2] ?? 0) * scale;
  }
  return out;
}

function meanVertex(vertices: Float64Array, ids: readonly number[]): SpatialPoint {
  const sum = { x: 0, y: 0, z: 0 };
  for (const id of ids) {
    sum.x += (vertices[id * 3] ?? 0) / ids.length;
    sum.y += (vertices[id * 3 + 1] ?? 0) / ids.length;
    sum.z += (vertices[id * 3 + 2] ?? 0) / ids.length;
  }
  return sum;
}

/** Nine halves of the picture, each sharing half of itself with its neighbours. */
function overlappingTiles(picture: Picture): FaceBox[] {
  const width = picture.width / 2;
  const height = picture.height / 2;
  const steps = [0, 0.5, 1];
  return steps.flatMap((row) =>
    steps.map((column) => ({ x: column * width, y: row * height, width, height })),
  );
}

/** A face cut by a tile's edge is left to the tile that has it whole. */
function isInside(box: FaceBox, tile: FaceBox): boolean {
  return (
    box.x >= tile.x &&
    box.y >= tile.y &&
    box.x + box.width <= tile.x + tile.width &&
    box.y + box.height <= tile.y + tile.height
  );
}
