import type { InstalledPack } from '../packs/installed-pack.ts';
import type { FaceBox, FivePoints } from './analysis.ts';
import type { Detection } from './detection.ts';
import { Detector } from './detector.ts';
import { extentOf, type FaceMesh, FaceMesher } from './face-mesh.ts';
import { area, iou, overlapArea } from './geometry.ts';
import type { Picture } from './picture.ts';
import { PicturePyramid } from './warp.ts';

/** A face found in a full-resolution picture, in its pixels. */
interface FoundFace {
  readonly box: FaceBox;
  readonly points: FivePoints;
  /** The detector's, 0-1. */
  readonly score: number;
}

/** Finds every face of a picture, however small beside it: group photos, enrolment pictures, albums. */
export interface FaceFinder {
  /**
   * All faces, largest first.
   *
   * @param minFacePx smallest face (edge of its box) that is looked for; a quarter of it costs 16 times as much
   */
  detectFaces(picture: Picture, minFacePx?: number): Promise<FoundFace[]>;
  close(): Promise<void>;
}

/** A finder with networks of its own on the calling thread; it blocks while it looks. */
export async function createFaceFinder(pack: InstalledPack): Promise<FaceFinder> {
  const meter = { spentMs: 0 };
  const detector = await Detector.load(pack, meter);
  const mesher = await FaceMesher.load(pack, meter);
  return {
    detectFaces: (picture, minFacePx = 60) =>
      findFaces(new PicturePyramid(picture), { detector, mesher }, minFacePx),
    close: async () => {
      await detector.close();
      await mesher.close();
    },
  };
}

/** A detection whose mesh says that it is a face. */
export interface MeshedFace {
  readonly detection: Detection;
  readonly mesh: FaceMesh;
}

/** A detection of an earlier picture where the mesh of this one says that the face is now. */
export function movedWith(detection: Detection, before: FaceMesh, after: FaceMesh): Detection {
  const was = extentOf(before);
  const is = extentOf(after);
  const scale = is.longest / was.longest;
  const { box, score } = detection;
  const [rightEye, leftEye] = after.points;
  return {
    box: {
      x: is.centre.x + (box.x - was.centre.x) * scale,
      y: is.centre.y + (box.y - was.centre.y) * scale,
      width: box.width * scale,
      height: box.height * scale,
    },
    score,
    rightEye,
    leftEye,
    points: undefined,
  };
}

interface FinderNetworks {
  readonly detector: Detector;
  readonly mesher: FaceMesher;
}

async function findFaces(
  source: PicturePyramid,
  networks: FinderNetworks,
  minFacePx: number,
): Promise<FoundFace[]> {
  const faces = await findMeshedFaces(source, networks, minFacePx);
  return faces.map(({ detection, mesh }) => ({
    box: detection.box,
    points: mesh.points,
    score: detection.score,
  }));
}

/** As `detectFaces`, with the mesh of each. */
export async function findMeshedFaces(
  source: PicturePyramid,
  { detector, mesher }: FinderNetworks,
  minFacePx: number,
): Promise<MeshedFace[]> {
  const seen: Detection[] = [];
  for (const tile of tilesOf(source.picture, minFacePx)) {
    for (const face of await detector.detect(source, tile)) {
      if (!cutByTile(face.box, tile, source.picture)) seen.push(face);
    }
  }
  const faces: MeshedFace[] = [];
  for (const detection of mergeTiles(seen)) {
    const mesh = await mesher.fit(source, detection);
    if (mesh.presence >= mesher.minPresence) faces.push({ detection, mesh });
  }
  return faces.toSorted((p, q) => area(q.detection.box) - area(p.detection.box));
}

/** A face must fill this much of a tile for the detector to be sure of it: 24 of BlazeFace's 256 pixels. */
const MIN_SHARE_OF_TILE = 0.1;

/**
 * The whole picture, then squares of half, a quarter... of its longer edge, each overlapping its neighbour
 * by half so that every face lies wholly inside one of a size that fits it.
 */
export function tilesOf(
  picture: { readonly width: number; readonly height: number },
  minFacePx: number,
): FaceBox[] {
  const { width, height } = picture;
  const tiles: FaceBox[] = [{ x: 0, y: 0, width, height }];
  let smallestSeen = Math.max(width, height) * MIN_SHARE_OF_TILE;
  for (let side = Math.max(width, height) / 2; smallestSeen > minFacePx; side /= 2) {
    for (const y of starts(height, side)) {
      for (const x of starts(width, side)) {
        tiles.push({ x, y, width: Math.min(side, width), height: Math.min(side, height) });
      }
    }
    smallestSeen = side * MIN_SHARE_OF_TILE;
  }
  return tiles;
}

/** Where tiles of an edge begin so that they cover it evenly and overlap by half at least. */
function starts(length: number, side: number): number[] {
  if (length <= side) return [0];
  const steps = Math.ceil((length - side) / (side / 2));
  return Array.from({ length: steps + 1 }, (_, i) => ((length - side) * i) / steps);
}

/** Whether a box runs over a tile's edge that is not the picture's: its neighbour sees that face whole. */
function cutByTile(
  box: FaceBox,
  tile: FaceBox,
  picture: { readonly width: number; readonly height: number },
): boolean {
  return (
    (tile.x > 0 && box.x < tile.x) ||
    (tile.y > 0 && box.y < tile.y) ||
    (tile.x + tile.width < picture.width && box.x + box.width > tile.x + tile.width) ||
    (tile.y + tile.height < picture.height && box.y + box.height > tile.y + tile.height)
  );
}

/** One detection per face: the surest wins over those that overlap it or lie inside it. */
function mergeTiles(seen: readonly Detection[]): Detection[] {
  const kept: Detection[] = [];
  for (const face of seen.toSorted((p, q) => q.score - p.score)) {
    const known = kept.some((other) => {
      const smaller = Math.min(area(other.box), area(face.box));
      return iou(other.box, face.box) > 0.3 || overlapArea(other.box, face.box) > 0.6 * smaller;
    });
    if (!known) kept.push(face);
  }
  return kept;
}
