import type { DepthEvidence, InfraredEvidence, PadEvidence } from './analysis.ts';
import { colourLikeness, depthLikeness, type FrameTrace } from './frame-trace.ts';

/**
 * What the depth under a face must be. In one place, each with its reason; docs/presentation-attacks.md has how they were
 * found and what real faces and simulated attacks measure.
 */
const DEPTH_LIMITS = {
  /** Black hair, glasses and screens swallow the pattern; below this too little of a face was seen. */
  minCoverage: 0.6,
  /** A counter terminal's working range. */
  minDistanceMm: 200,
  maxDistanceMm: 1_500,
  /** A sensor that sees no step of a few millimetres between neighbours cannot tell board from skin. */
  maxNoiseMm: 1.3,
  maxMmPerPx: 3,
  /** Adults have 52-74 mm (Dodgson 2004), some children 45; the rest is what a pixel is worth at arm's length. */
  minInterEyeMm: 44,
  maxInterEyeMm: 82,
  /** Paper, a phone or a tablet leaves the sensor's own unevenness. */
  minPlaneResidualMm: 4,
  /** A sheet bent in one or two axes is a quadric; a face has eye sockets and a nose besides. */
  minQuadricResidualMm: 1.5,
  /** A real nose stands 10-38 mm before the plane through eyes and mouth corners. */
  minNoseReliefMm: 6,
  maxNoseReliefMm: 45,
  /** The mean face has 1, a bent sheet 0; sensors that smooth, and flat faces, have a third of it. */
  minRelief: 0.2,
  maxRelief: 1.6,
  /** Whatever has no more in common with a face than this has it by chance. */
  minReliefFit: 0.1,
  /** With the eyes covered a face is still as much of a face; what lies in holes for eyes is gone. */
  minShareWithoutEyes: 0.65,
  /** Folded, rolled and draped sheets end at 0.04, real faces begin at 0.19: halfway. */
  minReliefBeyondFolds: 0.12,
  /** Rims of holes and edges of layers. */
  maxSteps: 3.25,
} as const;

/**
 * What infrared light must show of a face. Real faces before one sensor have an albedo of 0.53-0.72, shading of 0.43-1.46, eyes
 * of -0.63 to -0.08 and unevenness of 0.12-0.33.
 */
const INFRARED_LIMITS = {
  /** Displays and black things are darker, white paper and plastics brighter; the rest is what a device's white is off. */
  minAlbedo: 0.35,
  maxAlbedo: 0.85,
  /** A matt surface has 1; a picture of another moment, or of another thing, is not shaded by this shape. */
  minShading: 0.25,
  maxShading: 1.9,
  /** Eyes and brows printed in dye are gone; printed in carbon, or cut out, they are darker than any real ones. */
  minEyes: -0.85,
  maxEyes: -0.05,
  /** Whatever is pieced together, or mirrors the lamp, is less smooth than a face. */
  maxUnevenness: 0.45,
} as const;

/** What the frames of a burst must be to one another. */
const BURST_LIMITS = {
  /** Two shots of a scene that stands quite still agree in up to 0.11 of their noise, a copy in 0.78 to 1. */
  maxDepthLikeness: 0.5,
  /** Two shots of a sharp scene that stands quite still, almost without noise, reach 0.993; the same shot is 1. */
  maxColourLikeness: 0.998,
  /** Largest distance between the eyes to the smallest, mm: a head keeps its size. Of one person it reaches 1.18. */
  maxResized: 1.2,
} as const;

/** Names of the checks that a face can fail, as they appear in metrics. */
export type FailedCheck =
  | 'colour'
  | 'depth_missing'
  | 'depth_holes'
  | 'depth_range'
  | 'depth_coarse'
  | 'depth_size'
  | 'depth_flat'
  | 'depth_bent'
  | 'depth_nose'
  | 'depth_relief'
  | 'depth_cut'
  | 'depth_folded'
  | 'depth_steps'
  | 'infrared_missing'
  | 'infrared_unreadable'
  | 'infrared_albedo'
  | 'infrared_shading'
  | 'infrared_eyes'
  | 'infrared_even'
  | 'frames_differ'
  | 'frames_repeated'
  | 'frames_resized';

/** Every check that this depth fails; what infrared says beside it is in `failedInfraredChecks`. */
export function failedDepthChecks(depth: DepthEvidence): FailedCheck[] {
  const limits = DEPTH_LIMITS;
  const failed: FailedCheck[] = [];
  const check = (name: FailedCheck, held: boolean): void => {
    // NaN holds nothing.
    if (!held) failed.push(name);
  };
  check('depth_holes', depth.coverage >= limits.minCoverage);
  check('depth_range', within(depth.distanceMm, limits.minDistanceMm, limits.maxDistanceMm));
  check('depth_coarse', depth.noiseMm <= limits.maxNoiseMm && depth.mmPerPx <= limits.maxMmPerPx);
  check('depth_size', within(depth.interEyeMm, limits.minInterEyeMm, limits.maxInterEyeMm));
  check('depth_flat', depth.planeResidualMm >= limits.minPlaneResidualMm);
  check('depth_bent', depth.quadricResidualMm >= limits.minQuadricResidualMm);
  check('depth_nose', within(depth.noseReliefMm, limits.minNoseReliefMm, limits.maxNoseReliefMm));
  check(
    'depth_relief',
    within(depth.relief, limits.minRelief, limits.maxRelief) &&
      depth.reliefFit >= limits.minReliefFit,
  );
  check('depth_cut', depth.reliefWithoutEyes >= limits.minShareWithoutEyes * depth.relief);
  check('depth_folded', depth.reliefBeyondFolds >= limits.minReliefBeyondFolds);
  check('depth_steps', depth.steps <= limits.maxSteps);
  return failed;
}

/** Every check that this infrared picture fails. */
export function failedInfraredChecks(infrared: InfraredEvidence | 'unreadable'): FailedCheck[] {
  if (infrared === 'unreadable') return ['infrared_unreadable'];
  const { albedo, shading, eyes, unevenness } = infrared;
  const limits = INFRARED_LIMITS;
  const checks: readonly (readonly [FailedCheck, boolean])[] = [
    ['infrared_albedo', within(albedo, limits.minAlbedo, limits.maxAlbedo)],
    ['infrared_shading', within(shading, limits.minShading, limits.maxShading)],
    ['infrared_eyes', within(eyes, limits.minEyes, limits.maxEyes)],
    ['infrared_even', unevenness <= limits.maxUnevenness],
  ];
  return checks.flatMap(([name, held]) => (held ? [] : [name]));
}

/** One frame's part in the verdict. */
export interface FramePad {
  readonly colourLive: number;
  /** `unreadable`: a depth picture came, but no surface could be read under the face. */
  readonly depth: DepthEvidence | 'absent' | 'unreadable';
  readonly trace: FrameTrace;
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
    readonly requireInfrared?: boolean;
    /** Whether all frames show one and the same face. */
    readonly sameFace: boolean;
  },
): PadEvidence {
  const colourLive = frames.reduce((sum, frame) => sum + frame.colourLive, 0) / frames.length;
  const failed = new Set<FailedCheck>();
  const allHaveDepth = frames.every((frame) => frame.depth !== 'absent');
  if (colourLive < (allHaveDepth ? policy.minLiveWithDepth : policy.minLive)) failed.add('colour');
  if (!policy.sameFace) failed.add('frames_differ');
  for (const check of failedBurstChecks(frames)) failed.add(check);
  let worst: DepthEvidence | null = null;
  for (const { depth } of frames) {
    if (depth === 'absent') {
      if (policy.requireDepth) failed.add('depth_missing');
    } else if (depth === 'unreadable') {
      failed.add('depth_holes');
    } else {
      for (const check of failedDepthChecks(depth)) failed.add(check);
      for (const check of failedInfrared(depth, policy.requireInfrared)) failed.add(check);
      if (!worst || depth.quadricResidualMm < worst.quadricResidualMm) worst = depth;
    }
  }
  return { colourLive, depth: worst, live: failed.size === 0, failed: [...failed] };
}

function failedInfrared({ infrared }: DepthEvidence, required = false): FailedCheck[] {
  if (infrared) return failedInfraredChecks(infrared);
  return required ? ['infrared_missing'] : [];
}

/** What only shows between frames: the same shot twice, or depth of another moment than the colour. */
function failedBurstChecks(frames: readonly FramePad[]): FailedCheck[] {
  const failed: FailedCheck[] = [];
  if (frames.some((frame, i) => frames.slice(i + 1).some((other) => isRepeated(frame, other)))) {
    failed.push('frames_repeated');
  }
  const sizes = frames.flatMap(({ depth }) => (typeof depth === 'string' ? [] : depth.interEyeMm));
  const resized = Math.max(...sizes) / Math.min(...sizes);
  if (sizes.length > 1 && !(resized <= BURST_LIMITS.maxResized)) failed.push('frames_resized');
  return failed;
}

/** A sensor's noise is new in every shot; where it is not, a picture was put in instead of a shot. */
function isRepeated({ trace: a }: FramePad, { trace: b }: FramePad): boolean {
  if (colourLikeness(a.colour, b.colour) > BURST_LIMITS.maxColourLikeness) return true;
  if (!a.depth || !b.depth) return false;
  return depthLikeness(a.depth, b.depth) > BURST_LIMITS.maxDepthLikeness;
}

function within(value: number, from: number, to: number): boolean {
  return value >= from && value <= to;
}
