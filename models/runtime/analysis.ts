import type { LightColour } from '../../shared/contracts/light-sequence.ts';
import type { RefusalCode } from '../../shared/contracts/refusal.ts';
import type { ProbeFrame } from '../../shared/contracts/terminal-frames.ts';
import type { Result } from '../../shared/kernel/result.ts';
import type { LightEvidence } from './light-evidence.ts';

/** A point in pixels of the decoded, upright picture. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Right eye, left eye, nose tip, right and left corner of the mouth, as the picture shows them left to right. */
export type FivePoints = readonly [Point, Point, Point, Point, Point];

export interface FaceBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Measures of one face in one frame: native values (ISO/IEC 29794-1). `quality-components.ts` gives the quality
 * components of ISO/IEC 29794-5 that follow from them, 0-100.
 */
export interface FaceQuality {
  /** Distance between the eyes, pixels. */
  readonly interEyePx: number;
  /** Degrees away from frontal, from the mesh: positive to the picture's right and downwards. */
  readonly yawDeg: number;
  readonly pitchDeg: number;
  readonly rollDeg: number;
  /** Opening of the less open eye, and of the lips, as shares of the distance from the eyes' middle to the chin. */
  readonly eyeOpening: number;
  readonly mouthOpening: number;
  /** Variance of the Laplacian of the aligned crop, grey 0-255. */
  readonly sharpness: number;
  /** Mean grey of the aligned crop's middle, 0-255. */
  readonly brightness: number;
  /** How far the luminances of both cheeks are the same: histogram intersection, 0-1. */
  readonly illuminationUniformity: number;
  /** Mean linear luminance of the face, 0-1. */
  readonly luminance: number;
  /** Shares of the face that are nearly black and nearly white, 0-1. */
  readonly underExposed: number;
  readonly overExposed: number;
  /** Entropy of the face's luminance, bits. */
  readonly dynamicRangeBits: number;
  /** How far the cheeks' colour is from that of any skin in white light, CIELAB units. */
  readonly colourOffset: number;
  /** Shares of the eyes' and the mouth's surroundings that do not look like this face's skin, 0-1. */
  readonly eyesCovered: number;
  readonly mouthCovered: number;
}

/** What the depth picture says of a face; absent where the terminal has no depth. docs/presentation-attacks.md has the reasons. */
export interface DepthEvidence {
  /** Share of face pixels with a return, 0-1. */
  readonly coverage: number;
  /** Median distance, mm. */
  readonly distanceMm: number;
  /** What a pixel spans at that distance, mm. */
  readonly mmPerPx: number;
  /** Standard deviation of the sensor's noise from pixel to pixel, mm. */
  readonly noiseMm: number;
  /** Distance between the eyes in mm, from pixels, focal length and distance: a real face has 50-75. */
  readonly interEyeMm: number;
  /** Root mean square of what is left after the best plane, mm. */
  readonly planeResidualMm: number;
  /** Root mean square of what is left after the best quadric (a sheet bent in one or two axes), mm. */
  readonly quadricResidualMm: number;
  /** How far the nose tip stands out before the plane of eyes and mouth, mm. */
  readonly noseReliefMm: number;
  /** How much of the mean face's relief lies on the best quadric: 1 = all of it, 0 = a sheet however bent. */
  readonly relief: number;
  /** How well it explains what the quadric leaves: correlation, 0-1. */
  readonly reliefFit: number;
  /** `relief` without the eyes: a print with holes for eyes has none. */
  readonly reliefWithoutEyes: number;
  /** How much of the mean face's relief no fold can make (`FoldFit`): 1 = all of it, 0 = a sheet however folded. */
  readonly reliefBeyondFolds: number;
  /** Large changes of height and slope to the usual ones (`SurfaceSteps`): skin has 1.6-3, cut and layered board more. */
  readonly steps: number;
  /** Where an infrared picture came with the depth. */
  readonly infrared?: InfraredEvidence | 'unreadable';
}

/** What the sensor's own infrared light says of a face (`InfraredFit`). */
export interface InfraredEvidence {
  /** Share of the light that comes back from where the surface faces the camera: a white matt one has 1. */
  readonly albedo: number;
  /** Power of the cosine by which the light falls off as the surface turns away: 1 = matt, 0 = not shaded by its shape. */
  readonly shading: number;
  /** How much darker the eyes with their brows are than the rest of the face: logarithm of the ratio, below 0. */
  readonly eyes: number;
  /** What shading and eyes leave of the light's logarithm, root mean square. */
  readonly unevenness: number;
}

/** Presentation-attack detection: every part must pass. */
export interface PadEvidence {
  /** The pack's colour network, 0 (attack) to 1 (live); the mean over the burst. */
  readonly colourLive: number;
  readonly depth: DepthEvidence | null;
  /** Whether the pack's and the depth thresholds are all met. */
  readonly live: boolean;
  /** Names of the checks that failed, for metrics: `colour`, `depth_flat`, `depth_bent`, `depth_size`, `depth_missing`… */
  readonly failed: readonly string[];
}

/** Milliseconds per stage, summed over the burst's frames. */
export interface AnalysisTimings {
  readonly queue: number;
  readonly decode: number;
  readonly detect: number;
  readonly pad: number;
  readonly embed: number;
  /** Of all that, inside the networks themselves. */
  readonly networks: number;
}

/** What a burst yields when one face is there and good enough. */
export interface BurstAnalysis {
  /** Which pack made the embedding; only templates of the same pack may be compared. */
  readonly packId: string;
  /** L2-normalised, fused over the frames, length = the pack's dimension. */
  readonly embedding: Float32Array;
  /** Of the best frame. */
  readonly quality: FaceQuality;
  readonly pad: PadEvidence;
  /** What the light challenge says; null where none was asked for. */
  readonly light: LightEvidence | null;
  readonly framesUsed: number;
  readonly timings: AnalysisTimings;
}

export interface AnalysisFailure {
  readonly code: Extract<
    RefusalCode,
    | 'not_an_image'
    | 'image_too_large'
    | 'no_face'
    | 'several_faces'
    | 'face_too_small'
    | 'face_turned_away'
    | 'face_blurred'
    | 'light_too_low'
    | 'light_too_strong'
    | 'eyes_covered'
    | 'busy'
  >;
  readonly timings: AnalysisTimings;
}

export interface AnalyseOptions {
  /** Whether a missing depth picture is an attack (`depth_missing`) or simply not there (kiosk, enrolment by photo). */
  readonly requireDepth: boolean;
  /** The same of the infrared picture beside it; absent: it need not be there. */
  readonly requireInfrared?: boolean | undefined;
  /** `largest`: a photo from a file or album may show others in the back; a payment never does. */
  readonly severalFaces: 'refuse' | 'largest';
  /** The colours that the terminal's screen was asked to show, step by step; absent or null where it was not. */
  readonly light?: readonly LightColour[] | null;
}

/** The vision pipeline: worker threads, one per core, each with its own sessions. */
export interface FaceEngine {
  readonly packId: string;
  readonly dimension: number;
  /** Jobs waiting for a worker. */
  readonly queueDepth: number;
  /** Analyses a burst of 1-5 frames; frames are spread over the workers. Answers `busy` at once when the queue is full. */
  analyse(
    frames: readonly ProbeFrame[],
    options: AnalyseOptions,
  ): Promise<Result<BurstAnalysis, AnalysisFailure>>;
  /** Overwrites what the networks still hold of the faces they have seen: after an enrolment, and after an erasure. */
  forget(): Promise<void>;
  close(): Promise<void>;
}
