import type { PackThresholds } from '../packs/pack-manifest.ts';
import type { AnalysisFailure, FaceQuality, FivePoints } from './analysis.ts';
import { CROP_PX, cutFace } from './face-crop.ts';
import { measureLight } from './face-light.ts';
import type { FaceMesh } from './face-mesh.ts';
import { distance } from './geometry.ts';
import type { PicturePyramid } from './warp.ts';

type QualityFailure = Exclude<
  AnalysisFailure['code'],
  'not_an_image' | 'image_too_large' | 'no_face' | 'several_faces' | 'busy'
>;

/** Measures one face. */
export function measureQuality(
  source: PicturePyramid,
  points: FivePoints,
  { pose, expression, outline }: Pick<FaceMesh, 'pose' | 'expression' | 'outline'>,
): FaceQuality {
  const crop = cutFace(source, points);
  return {
    interEyePx: distance(points[0], points[1]),
    ...pose,
    ...expression,
    sharpness: laplacianVariance(crop.grey, CROP_PX),
    brightness: centralMean(crop.grey, CROP_PX),
    ...measureLight(crop, outline.map(crop.inCrop)),
  };
}

/** The first measure that is not good enough, in the order in which a shopper can mend them. */
export function qualityFailure(
  quality: FaceQuality,
  limits: PackThresholds['quality'],
): QualityFailure | undefined {
  if (quality.interEyePx < limits.minEyeDistancePx) return 'face_too_small';
  if (
    Math.abs(quality.yawDeg) > limits.maxYawDeg ||
    Math.abs(quality.pitchDeg) > limits.maxPitchDeg ||
    Math.abs(quality.rollDeg) > limits.maxRollDeg
  ) {
    return 'face_turned_away';
  }
  if (quality.brightness < limits.minLuma) return 'light_too_low';
  if (quality.brightness > limits.maxLuma) return 'light_too_strong';
  if (quality.eyesCovered > (limits.maxEyesCovered ?? 1)) return 'eyes_covered';
  if (quality.sharpness < limits.minSharpness) return 'face_blurred';
  return undefined;
}

/**
 * How much a frame counts when a burst is fused, above 0. Turned, small and blurred frames give poorer
 * embeddings; past the saturation points more pixels or contrast give nothing.
 */
export function qualityWeight(quality: FaceQuality): number {
  const frontal = Math.cos((Math.min(60, Math.abs(quality.yawDeg)) * Math.PI) / 180);
  const large = Math.min(1, quality.interEyePx / 60);
  const sharp = Math.min(1, Math.sqrt(quality.sharpness / 200));
  return Math.max(0.05, frontal * large * sharp);
}

/** Variance of the 4-neighbour Laplacian (Pech-Pacheco 2000), borders left out. */
function laplacianVariance(grey: Float32Array, size: number): number {
  let sum = 0;
  let squares = 0;
  for (let y = 1; y < size - 1; y += 1) {
    for (let x = 1; x < size - 1; x += 1) {
      const i = y * size + x;
      const value =
        (grey[i - 1] as number) +
        (grey[i + 1] as number) +
        (grey[i - size] as number) +
        (grey[i + size] as number) -
        4 * (grey[i] as number);
      sum += value;
      squares += value * value;
    }
  }
  const count = (size - 2) ** 2;
  return squares / count - (sum / count) ** 2;
}

/** Mean of the middle half in each direction: skin, not hair or background. */
function centralMean(grey: Float32Array, size: number): number {
  const from = size >> 2;
  const to = size - from;
  let sum = 0;
  for (let y = from; y < to; y += 1) {
    for (let x = from; x < to; x += 1) sum += grey[y * size + x] as number;
  }
  return sum / (to - from) ** 2;
}
