import sharp from 'sharp';
import { senseStructuredLight } from '../../models/evaluation/depth/structured-light.ts';
import { decodePicture } from '../../models/runtime/picture.ts';
import { SeededRandom } from '../../shared/kernel/seeded-random.ts';
import type { Species } from './attack-species.ts';
import { buildScene } from './depth-scene.ts';
import { type FaceShape, type FaceShapeFinder, movedShape } from './face-shape.ts';

export interface DepthRequest {
  /** The colour picture as the camera gave it (JPEG, PNG or WebP). */
  readonly colour: Uint8Array;
  /** Focal length of the colour picture, pixels. */
  readonly focalPx: number;
  readonly species: Species;
  readonly seed: number | string;
}

export interface SimulatedDepth {
  /** 16-bit, one channel, mm, 0 = no return; same view as the colour picture at half its size. */
  readonly png: Uint8Array;
  /** Focal length of the depth picture, pixels. */
  readonly focalPx: number;
}

/** The colour picture is none that can be read. */
export class UnreadablePictureError extends Error {
  override readonly name = 'UnreadablePictureError';
}

/** Depth pictures have half the colour picture's width and height, as with most structured-light modules. */
const DEPTH_SCALE = 0.5;

/**
 * Makes the depth picture that a structured-light camera would give beside a colour picture. SIMULATED: the face's
 * shape is the mesh network's, the rest of the scene and the sensor are models. Same request, same bytes.
 */
export class DepthSimulator {
  private readonly finder: FaceShapeFinder;

  constructor(finder: FaceShapeFinder) {
    this.finder = finder;
  }

  /** @throws UnreadablePictureError */
  async simulateDepth(request: DepthRequest): Promise<SimulatedDepth> {
    const picture = await decodePicture(request.colour);
    if (!picture.ok)
      throw new UnreadablePictureError(`no picture to simulate depth for: ${picture.error}`);
    const faces = await this.finder.find(picture.value);
    return renderDepth({ ...request, faces });
  }
}

/** The same where the faces are known already, in pixels of the colour picture, largest first. */
export async function renderDepth(
  request: DepthRequest & { readonly faces: readonly FaceShape[] },
): Promise<SimulatedDepth> {
  const size = await sharp(request.colour).metadata();
  const width = Math.max(1, Math.round(size.width * DEPTH_SCALE));
  const height = Math.max(1, Math.round(size.height * DEPTH_SCALE));
  const luma = await sharp(request.colour)
    .resize(width, height, { fit: 'fill', kernel: 'linear' })
    .greyscale()
    .raw()
    .toBuffer();
  const half = DEPTH_SCALE;
  // Edges meet edges: the centre of pixel x lies at (x + 0.5) / 2 - 0.5.
  const shrink = { a: half, b: 0, c: half / 2 - 0.5, d: 0, e: half, f: half / 2 - 0.5 };
  const focalPx = request.focalPx * half;
  const scene = buildScene({
    faces: request.faces.map((face) => movedShape(face, shrink)),
    width,
    height,
    focalPx,
    species: request.species,
    random: new SeededRandom(request.seed, 'scene'),
  });
  const albedo = Float32Array.from(luma, (grey) => grey / 255);
  const seen = {
    ...scene,
    focalPx,
    albedo,
    painted: albedo,
    glass: new Uint8Array(luma.length).fill(request.species === 'phone-screen' ? 1 : 0),
  };
  const mm = senseStructuredLight(seen, new SeededRandom(request.seed, 'sensor'));
  return { png: await encodeDepth(mm, width, height), focalPx };
}

/** A 16-bit greyscale PNG. */
async function encodeDepth(mm: Uint16Array, width: number, height: number): Promise<Uint8Array> {
  return sharp(mm, { raw: { width, height, channels: 1 } })
    .toColourspace('grey16')
    .png({ compressionLevel: 6 })
    .toBuffer();
}
