import type { Result } from '../../shared/kernel/result.ts';
import type { FaceQuality } from '../runtime/analysis.ts';
import type { FrameFailureCode } from '../runtime/frame-pipeline.ts';

/** The main face of a photograph. */
export interface PhotographedFace {
  /** L2-normalised; the mean of both looks where the pack has them. */
  readonly embedding: Float32Array;
  readonly quality: FaceQuality;
  /** What an enrolment would refuse it for; null when it is good enough. */
  readonly poor: FrameFailureCode | null;
  /** The colour PAD network's score, 0 (attack) to 1 (live); null when it was not asked. */
  readonly colourLive: number | null;
}

export type PhotographAnalysis = Result<PhotographedFace, FrameFailureCode>;
