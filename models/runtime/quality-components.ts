import type { FaceQuality } from './analysis.ts';

/**
 * Quality components after ISO/IEC 29794-5:2025, by its names, 0 (worst) to 100. Not here: the unified score, background and
 * compression (no matter at a counter), neutral expression and head coverings (need networks); several faces are refused.
 */
export interface QualityComponents {
  readonly illuminationUniformity: number;
  readonly luminanceMean: number;
  readonly underExposurePrevention: number;
  readonly overExposurePrevention: number;
  readonly dynamicRange: number;
  readonly sharpness: number;
  readonly naturalColour: number;
  readonly eyesOpen: number;
  readonly mouthClosed: number;
  readonly eyesVisible: number;
  readonly mouthOcclusionPrevention: number;
  readonly interEyeDistance: number;
  readonly headPoseYaw: number;
  readonly headPosePitch: number;
  readonly headPoseRoll: number;
}

/** Laplacian variance of an ordinary press photograph, and the octaves about it that a sigmoid spans. */
const ORDINARY_SHARPNESS = 60;
const SHARPNESS_OCTAVES = 0.7;

/**
 * Maps native values to components by the functions of the standard's reference implementation (OFIQ 1.0 of the BSI, MIT
 * licence: `modules/measures/src`). Two differ: sharpness, where OFIQ has a random forest over filter responses and we the
 * variance of the Laplacian; eyes visible and mouth occlusion, where it has a segmentation network and we colour.
 */
export function qualityComponents(quality: FaceQuality): QualityComponents {
  const sharper = Math.log2(Math.max(1e-3, quality.sharpness) / ORDINARY_SHARPNESS);
  const facing = quality.interEyePx / Math.max(0.2, cosine(quality.yawDeg));
  return {
    illuminationUniformity: percent(quality.illuminationUniformity ** 0.3),
    luminanceMean: percent(
      sigmoid(quality.luminance, 0.2, 0.05) * (1 - sigmoid(quality.luminance, 0.8, 0.05)),
    ),
    underExposurePrevention: percent(1.2 * (1 - sigmoid(quality.underExposed, 0.92, 0.05))),
    overExposurePrevention: percent(0.01 / (quality.overExposed + 0.01)),
    dynamicRange: percent(quality.dynamicRangeBits / 8),
    sharpness: percent(sigmoid(sharper, 0, SHARPNESS_OCTAVES)),
    naturalColour: percent(2 * (1 - sigmoid(quality.colourOffset, 0, 10))),
    eyesOpen: percent(sigmoid(quality.eyeOpening, 0.02, 0.01)),
    mouthClosed: percent(1 - sigmoid(quality.mouthOpening, 0.2, 0.06)),
    eyesVisible: percent(1 - quality.eyesCovered),
    mouthOcclusionPrevention: percent(1 - quality.mouthCovered),
    interEyeDistance: percent(sigmoid(facing, 70, 20)),
    headPoseYaw: percent(cosine(quality.yawDeg) ** 2),
    headPosePitch: percent(cosine(quality.pitchDeg) ** 2),
    headPoseRoll: percent(cosine(quality.rollDeg) ** 2),
  };
}

function sigmoid(value: number, middle: number, width: number): number {
  return 1 / (1 + Math.exp((middle - value) / width));
}

/** Never below 0: who looks backwards is not worse than who looks sideways. */
function cosine(degrees: number): number {
  return Math.max(0, Math.cos((degrees * Math.PI) / 180));
}

function percent(share: number): number {
  return Math.round(100 * Math.min(1, Math.max(0, share)));
}
