import type { InstalledPack } from '../packs/installed-pack.ts';
import type { FaceBox, Point } from './analysis.ts';
import { decodeBlazeface } from './blazeface.ts';
import type { Detection } from './detection.ts';
import { applyAffine, iou, stretch } from './geometry.ts';
import { Network, type NetworkMeter } from './network.ts';
import type { PicturePyramid } from './warp.ts';
import { decodeYunet } from './yunet.ts';

export type { Detection } from './detection.ts';

/** The pack's face detector. */
export class Detector {
  private readonly pack: InstalledPack;
  private readonly network: Network;

  private constructor(pack: InstalledPack, network: Network) {
    this.pack = pack;
    this.network = network;
  }

  static async load(pack: InstalledPack, meter: NetworkMeter): Promise<Detector> {
    return new Detector(pack, await Network.load(pack.dir, pack.manifest.detect.model, meter));
  }

  close(): Promise<void> {
    return this.network.close();
  }

  /**
   * Faces in a rectangle of the picture, best first, one per face.
   *
   * @param minScore lower than the manifest's only where a face is known to be there
   */
  async detect(
    source: PicturePyramid,
    region: FaceBox = { x: 0, y: 0, width: source.picture.width, height: source.picture.height },
    minScore: number = this.pack.manifest.detect.minScore,
  ): Promise<Detection[]> {
    const { detect } = this.pack.manifest;
    const { input } = detect.model;
    const size = inputSize(input, region);
    // Letterbox: the region keeps its shape and lies in the middle of the input, black around it.
    const scale = Math.max(region.width / size.width, region.height / size.height, size.floorScale);
    const letterbox = {
      x: region.x + region.width / 2 - (size.width * scale) / 2,
      y: region.y + region.height / 2 - (size.height * scale) / 2,
      width: size.width * scale,
      height: size.height * scale,
    };
    const crop = stretch(letterbox, size.width, size.height);
    const outputs = await this.network.runOn(source, crop, size);
    const found =
      detect.decoder === 'blazeface'
        ? decodeBlazeface(outputs, detect.heads, minScore)
        : decodeYunet(outputs, detect.stridesPx, { minScore, widthPx: size.width });
    // The decoders speak of edges (0 = left edge of the first pixel), the crop of pixel centres.
    const toPicture = (p: Point): Point => {
      const { x, y } = applyAffine(crop, p.x - 0.5, p.y - 0.5);
      return { x: x + 0.5, y: y + 0.5 };
    };
    const inPicture = found.map((face) => moved(face, toPicture, scale));
    return suppress(inPicture, detect.nmsIou);
  }
}

/** A network of any size gets the region's own, shrunk to the manifest's at most; never enlarged. */
function inputSize(
  input: InstalledPack['manifest']['detect']['model']['input'],
  region: FaceBox,
): { width: number; height: number; floorScale: number } {
  const multiple = input.anyMultipleOf;
  if (multiple === undefined) {
    return { width: input.width, height: input.height, floorScale: 0 };
  }
  const longest = Math.max(input.width, input.height);
  const scale = Math.max(1, Math.max(region.width, region.height) / longest);
  const up = (px: number): number =>
    Math.max(multiple, Math.ceil(px / scale / multiple) * multiple);
  return { width: up(region.width), height: up(region.height), floorScale: scale };
}

function moved(face: Detection, toPicture: (p: Point) => Point, scale: number): Detection {
  const { x, y } = toPicture(face.box);
  const points = face.points;
  return {
    box: { x, y, width: face.box.width * scale, height: face.box.height * scale },
    score: face.score,
    rightEye: toPicture(face.rightEye),
    leftEye: toPicture(face.leftEye),
    points: points && [
      toPicture(points[0]),
      toPicture(points[1]),
      toPicture(points[2]),
      toPicture(points[3]),
      toPicture(points[4]),
    ],
  };
}

/** Greedy non-maximum suppression. */
export function suppress<T extends { readonly box: FaceBox; readonly score: number }>(
  faces: readonly T[],
  maxIou: number,
): T[] {
  const kept: T[] = [];
  for (const face of faces.toSorted((p, q) => q.score - p.score)) {
    if (kept.every((other) => iou(other.box, face.box) < maxIou)) kept.push(face);
  }
  return kept;
}
