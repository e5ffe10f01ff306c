import type { DepthEvidence, PadEvidence } from './analysis.ts';

/**
 * What the depth under a face must be. In one place, each with its reason; the figures of real faces are
 * measured, see `models/README.md`.
 */
const DEPTH_LIMITS = {
  /** Black hair, glasses and screens swallow the pattern; below this too little of a face was seen. */
  minCoverage: 0.6,
  /** A counter terminal's working range. */
  minDistanceMm: 200,
  maxDistanceMm: 1_500,
  /** Adults have 52-74 mm (Dodgson 2004), some children 45; the rest is what a pixel is worth at arm's length. */
  minInterEyeMm: 44,
  maxInterEyeMm: 82,
  /** Paper, a phone or a tablet leaves the sensor's own unevenness. */
  minPlaneResidualMm: 4,
  /** A sheet bent in one or two axes is a quadric; a face has eye sockets and a nose besides. */
  minQuadricResidualMm: 1.5,
  /** A real nose stands 10-30 mm before the plane through eyes and mouth corners. */
  minNoseReliefMm: 6,
  maxNoseReliefMm: 45,
} as const;

/** Names of the checks that a face can fail, as they appear in metrics. */
export type FailedCheck =
  | 'colour'
  | 'depth_missing'
  | 'depth_holes'
  | 'depth_range'
  | 'depth_size'
  | 'depth_flat'
  | 'depth_bent'
  | 'depth_nose'
  | 'frames_differ';

/** Every check that this depth fails. */
export function failedDepthChecks(depth: DepthEvidence): FailedCheck[] {
  const limits = DEPTH_LIMITS;
  const failed: FailedCheck[] = [];
  if (depth.coverage < limits.minCoverage) failed.push('depth_holes');
  if (outside(depth.distanceMm, limits.minDistanceMm, limits.maxDistanceMm)) {
    failed.push('depth_range');
  }
  if (outside(depth.interEyeMm, limits.minInterEyeMm, limits.maxInterEyeMm)) {
    failed.push('depth_size');
  }
  if (depth.planeResidualMm < limits.minPlaneResidualMm) failed.push('depth_flat');
  if (depth.quadricResidualMm < limits.minQuadricResidualMm) failed.push('depth_bent');
  if (outside(depth.noseReliefMm, limits.minNoseReliefMm, limits.maxNoseReliefMm)) {
    failed.push('depth_nose');
  }
  return failed;
}

/** One frame's part in the verdict. */
export interface FramePad {
  readonly colourLive: number;
  /** `unreadable`: a depth picture came, but no surface could be read under the face. */
  readonly depth: DepthEvidence | 'absent' | 'unreadable';
}

/**
 * The verdict over a burst. Colour is averaged; depth must hold in EVERY frame, or one frame of a live
 * accomplice would carry a photograph through in the others.
 */
export function judgeBurst(
  frames: readonly FramePad[],
  policy: {
    /** Least mean colour score where depth says nothing, and where every frame has a face's depth. */
    readonly minLive: number;
    readonly minLiveWithDepth: number;
    readonly requireDepth: boolean;
    /** Whether all frames show one and the same face. */
    readonly sameFace: boolean;
  },
): PadEvidence {
  const colourLive = frames.reduce((sum, frame) => sum + frame.colourLive, 0) / frames.length;
  const failed = new Set<FailedCheck>();
  const allHaveDepth = frames.every((frame) => frame.depth !== 'absent');
  if (colourLive < (allHaveDepth ? policy.minLiveWithDepth : policy.minLive)) failed.add('colour');
  if (!policy.sameFace) failed.add('frames_differ');
  let worst: DepthEvidence | null = null;
  for (const { depth } of frames) {
    if (depth === 'absent') {
      if (policy.requireDepth) failed.add('depth_missing');
    } else if (depth === 'unreadable') {
      failed.add('depth_holes');
    } else {
      for (const check of failedDepthChecks(depth)) failed.add(check);
      if (!worst || depth.quadricResidualMm < worst.quadricResidualMm) worst = depth;
    }
  }
  return { colourLive, depth: worst, live: failed.size === 0, failed: [...failed] };
}

function outside(value: number, from: number, to: number): boolean {
  return value < from || value > to;
}
