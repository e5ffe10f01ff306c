import { assert } from '../../shared/kernel/assert.ts';
import type { InstalledPack } from '../packs/installed-pack.ts';
import type { PackMesh } from '../packs/pack-manifest.ts';
import type { FivePoints, Point } from './analysis.ts';
import type { Detection } from './detection.ts';
import { type Affine, applyAffine, distance, turnedSquare } from './geometry.ts';
import { LIGHT_PATCHES } from './light-patches.ts';
import { Network, type NetworkMeter, outputOf } from './network.ts';
import type { PicturePyramid } from './warp.ts';

/** Degrees away from frontal; yaw positive to the picture's right, pitch downwards, roll clockwise. */
export interface HeadPose {
  readonly yawDeg: number;
  readonly pitchDeg: number;
  readonly rollDeg: number;
}

/** The face mesh laid on a picture. */
export interface FaceMesh {
  /** 0-1, whether the crop shows a face at all. */
  readonly presence: number;
  readonly points: FivePoints;
  /** The face's outline, picture pixels, in order around it. */
  readonly outline: readonly Point[];
  /** Middles of `LIGHT_PATCHES`, picture pixels. */
  readonly patches: readonly Point[];
  readonly pose: HeadPose;
  readonly expression: Expression;
}

/** How far eyes and mouth are open, as shares of the distance from the eyes' middle to the chin. */
export interface Expression {
  /** The less open eye. */
  readonly eyeOpening: number;
  /** Between the inner edges of the lips. */
  readonly mouthOpening: number;
}

/** MediaPipe's FACEMESH_FACE_OVAL, in order around the face. */
const OVAL = [
  10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148,
  176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
];
const FOREHEAD = 10;
const CHIN = 152;
const RIGHT_CHEEK = 234;
const LEFT_CHEEK = 454;
/** Upper and lower lid, upper and lower lip, one above the other. */
const RIGHT_EYE_LIDS = [
  [160, 144],
  [159, 145],
  [158, 153],
] as const;
const LEFT_EYE_LIDS = [
  [385, 380],
  [386, 374],
  [387, 373],
] as const;
const INNER_LIPS = [
  [82, 87],
  [13, 14],
  [312, 317],
] as const;
/**
 * The line from forehead to chin is not upright in a frontal face: the median over LFW's press photos,
 * whose subjects look into the camera, is this far from it.
 */
const NEUTRAL_PITCH_DEG = 5;

/** Side of the second run's crop, times the outline's longer extent (MediaPipe tracks with the same). */
const REFIT_SCALE = 1.5;

/**
 * A face that has moved by more than this share of its longer edge, or grown or shrunk by more than this factor, is looked
 * for anew: the crop about its old place has a margin of a quarter on each side.
 */
const MAX_SHIFT = 0.15;
const MAX_GROWTH = 1.2;

/** The pack's face mesh network. */
export class FaceMesher {
  private readonly spec: PackMesh;
  private readonly network: Network;

  private constructor(spec: PackMesh, network: Network) {
    this.spec = spec;
    this.network = network;
  }

  static async load(pack: InstalledPack, meter: NetworkMeter): Promise<FaceMesher> {
    const spec = pack.manifest.mesh;
    return new FaceMesher(spec, await Network.load(pack.dir, spec.model, meter));
  }

  close(): Promise<void> {
    return this.network.close();
  }

  get minPresence(): number {
    return this.spec.minPresence;
  }

  /** Lays the mesh on a detected face. */
  async fit(source: PicturePyramid, face: Detection): Promise<FaceMesh> {
    const { box, rightEye, leftEye } = face;
    const angle = Math.atan2(leftEye.y - rightEye.y, leftEye.x - rightEye.x);
    const crop = turnedSquare(
      { x: box.x + box.width / 2, y: box.y + box.height / 2 },
      {
        sidePx: Math.max(box.width, box.height) * this.spec.cropScale,
        angle,
        size: this.spec.model.input.width,
      },
    );
    return this.run(source, crop, angle);
  }

  /**
   * Lays the mesh once more, on a crop about the outline that the first run found: nearer to the face than the
   * detector's box. Keeps the first where the second no longer sees a face.
   */
  async refit(source: PicturePyramid, mesh: FaceMesh): Promise<FaceMesh> {
    const again = await this.fitAbout(source, mesh);
    return again.presence >= this.minPresence ? again : mesh;
  }

  /**
   * Lays the mesh on the face where an earlier picture showed it.
   *
   * @returns undefined when it is not there any more, or has moved so far that the crop about its old place may not hold all of it
   */
  async follow(source: PicturePyramid, earlier: FaceMesh): Promise<FaceMesh | undefined> {
    const mesh = await this.fitAbout(source, earlier);
    if (mesh.presence < this.minPresence) return undefined;
    const { shift, scale } = motionBetween(earlier, mesh);
    const still = Math.hypot(shift.x, shift.y) <= MAX_SHIFT;
    return still && scale <= MAX_GROWTH && scale >= 1 / MAX_GROWTH ? mesh : undefined;
  }

  private fitAbout(source: PicturePyramid, mesh: FaceMesh): Promise<FaceMesh> {
    const { angle, centre, longest } = extentOf(mesh);
    const size = this.spec.model.input.width;
    const square = { sidePx: longest * REFIT_SCALE, angle, size };
    return this.run(source, turnedSquare(centre, square), angle);
  }

  private async run(source: PicturePyramid, crop: Affine, angle: number): Promise<FaceMesh> {
    const outputs = await this.network.runOn(source, crop);
    const vertices = outputOf(outputs, this.spec.pointsOutput);
    assert(vertices.length === this.spec.pointCount * 3, 'mesh output has its points');
    const presence = outputOf(outputs, this.spec.presenceOutput)[0] ?? 0;
    const v = this.spec.alignmentVertices;
    const mean = (ids: readonly number[]): Point => meanPoint(vertices, ids, crop);
    return {
      presence,
      points: [
        mean(v.rightEye),
        mean(v.leftEye),
        mean(v.nose),
        mean(v.rightMouth),
        mean(v.leftMouth),
      ],
      outline: OVAL.map((id) => mean([id])),
      patches: LIGHT_PATCHES.map((region) => mean(region.vertices)),
      pose: poseOf(vertices, angle),
      expression: expressionOf(vertices, v),
    };
  }
}

/** How a face has moved from one picture to the next: `shift` in units of its own longer edge. */
function motionBetween(
  before: FaceMesh,
  after: FaceMesh,
): { readonly shift: Point; readonly scale: number } {
  const was = extentOf(before);
  const is = extentOf(after);
  return {
    shift: {
      x: (is.centre.x - was.centre.x) / was.longest,
      y: (is.centre.y - was.centre.y) / was.longest,
    },
    scale: is.longest / was.longest,
  };
}

/** Centre and longer edge of the box about a face's outline that is upright to its eyes, and the eyes' angle. */
export function extentOf({ points: fivePoints, outline: points }: FaceMesh): {
  readonly angle: number;
  readonly centre: Point;
  readonly longest: number;
} {
  const [rightEye, leftEye] = fivePoints;
  const angle = Math.atan2(leftEye.y - rightEye.y, leftEye.x - rightEye.x);
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const along = points.map((p) => p.x * cos + p.y * sin);
  const across = points.map((p) => p.y * cos - p.x * sin);
  const [left, right] = [Math.min(...along), Math.max(...along)];
  const [top, bottom] = [Math.min(...across), Math.max(...across)];
  const u = (left + right) / 2;
  const v = (top + bottom) / 2;
  return {
    angle,
    centre: { x: u * cos - v * sin, y: u * sin + v * cos },
    longest: Math.max(right - left, bottom - top),
  };
}

function meanPoint(vertices: Float32Array, ids: readonly number[], crop: Affine): Point {
  let u = 0;
  let w = 0;
  for (const id of ids) {
    u += (vertices[id * 3] as number) / ids.length;
    w += (vertices[id * 3 + 1] as number) / ids.length;
  }
  return applyAffine(crop, u, w);
}

/**
 * From the mesh's own x, y, z (z grows away from the camera). The depth here is the network's guess: good
 * for telling a turned head, never evidence that something stands before the camera.
 */
function poseOf(vertices: Float32Array, cropAngle: number): HeadPose {
  const edge = (from: number, to: number): [number, number, number] => [
    (vertices[to * 3] as number) - (vertices[from * 3] as number),
    (vertices[to * 3 + 1] as number) - (vertices[from * 3 + 1] as number),
    (vertices[to * 3 + 2] as number) - (vertices[from * 3 + 2] as number),
  ];
  const [ax, ay, az] = edge(RIGHT_CHEEK, LEFT_CHEEK);
  const [bx, by, bz] = edge(FOREHEAD, CHIN);
  const degrees = 180 / Math.PI;
  return {
    yawDeg: Math.atan2(az, Math.hypot(ax, ay)) * degrees,
    pitchDeg: Math.atan2(bz, Math.hypot(bx, by)) * degrees - NEUTRAL_PITCH_DEG,
    rollDeg: (cropAngle + Math.atan2(ay, ax)) * degrees,
  };
}

/** As ISO/IEC 29794-5's eyes open and mouth closed: the widest of three pairs of points over the eye-to-chin distance. */
function expressionOf(
  vertices: Float32Array,
  { rightEye, leftEye }: PackMesh['alignmentVertices'],
): Expression {
  const at = (id: number): Point => ({
    x: vertices[id * 3] as number,
    y: vertices[id * 3 + 1] as number,
  });
  const widest = (pairs: readonly (readonly [number, number])[]): number =>
    Math.max(...pairs.map(([upper, lower]) => distance(at(upper), at(lower))));
  const eyes = [...rightEye, ...leftEye].map(at);
  const middle = {
    x: eyes.reduce((sum, { x }) => sum + x, 0) / eyes.length,
    y: eyes.reduce((sum, { y }) => sum + y, 0) / eyes.length,
  };
  const toChin = distance(middle, at(CHIN));
  return {
    eyeOpening: Math.min(widest(RIGHT_EYE_LIDS), widest(LEFT_EYE_LIDS)) / toChin,
    mouthOpening: widest(INNER_LIPS) / toChin,
  };
}
