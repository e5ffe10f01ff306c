import type { CalibratedThresholds } from '../../models/calibration/gallery-calibration.ts';
import type {
  AnalyseOptions,
  AnalysisFailure,
  AnalysisTimings,
  FaceEngine,
  FaceQuality,
} from '../../models/runtime/analysis.ts';
import type { LightEvidence } from '../../models/runtime/light-evidence.ts';
import type { ProbeFrame } from '../../shared/contracts/terminal-frames.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import { err, ok, type Result } from '../../shared/kernel/result.ts';
import type { Gallery, PersonCandidate } from './gallery.ts';
import { type Liveness, livenessOf } from './liveness.ts';

/** All that is known of who looked. It lives until the decision is made and is stored nowhere. */
export interface Evidence {
  readonly packId: string;
  readonly quality: FaceQuality;
  readonly liveness: Liveness;
  /** Null where no light was asked for. */
  readonly light: LightEvidence | null;
  readonly candidates: readonly PersonCandidate[];
  readonly certified: boolean;
  /** What its candidates are to be decided by, as it stood at the look. */
  readonly thresholds: CalibratedThresholds;
  readonly framesUsed: number;
}

/** Milliseconds; the models' are sums over the burst's frames. */
export interface RecognitionTimings extends AnalysisTimings {
  readonly search: number;
}

export interface Recognition {
  readonly result: Result<Evidence, AnalysisFailure['code']>;
  readonly timings: RecognitionTimings;
}

/**
 * How far below the floor an answer has to be proven already: a prefilter may have lost the best, and what it found instead
 * must not pass for nobody.
 */
const NEAR_FLOOR = 0.05;

/** From pictures to evidence: the vision pipeline, then the 1:N search. */
export class Recogniser {
  private readonly engine: FaceEngine;
  private readonly gallery: Gallery;
  private readonly minLive: number;
  private readonly clock: Clock;
  private readonly thresholds: () => CalibratedThresholds;

  constructor(parts: {
    readonly engine: FaceEngine;
    readonly gallery: Gallery;
    /** Colour score from which colour alone proves life. */
    readonly minLive: number;
    readonly clock: Clock;
    /** As they stand now. */
    readonly thresholds: () => CalibratedThresholds;
  }) {
    this.engine = parts.engine;
    this.gallery = parts.gallery;
    this.minLive = parts.minLive;
    this.clock = parts.clock;
    this.thresholds = parts.thresholds;
  }

  /**
   * @param options.requireDepth whether a missing depth picture is an attack, and so for infrared
   * @param options.light what the terminal's screen was asked to show, if it was
   */
  async recognise(
    frames: readonly ProbeFrame[],
    options: Pick<AnalyseOptions, 'requireDepth' | 'requireInfrared' | 'light'>,
  ): Promise<Recognition> {
    const analysis = await this.engine.analyse(frames, {
      ...options,
      severalFaces: 'refuse',
    });
    if (!analysis.ok) {
      const { code, timings } = analysis.error;
      return { result: err(code), timings: { ...timings, search: 0 } };
    }
    const { packId, embedding, quality, pad, light, framesUsed, timings } = analysis.value;
    const liveness = livenessOf(pad, this.minLive, light?.verdict ?? null);
    const thresholds = this.thresholds();
    const seen = { packId, quality, liveness, light, framesUsed, thresholds };
    // what is not alive is not looked up
    if (liveness === 'attack') {
      embedding.fill(0);
      return {
        result: ok({ ...seen, candidates: [], certified: true }),
        timings: { ...timings, search: 0 },
      };
    }
    const startedAt = this.clock.monotonic();
    const { candidates, certified } = await this.gallery
      .search(embedding, { certifyFrom: thresholds.floor - NEAR_FLOOR })
      .finally(() => embedding.fill(0));
    const search = this.clock.monotonic() - startedAt;
    return {
      result: ok({ ...seen, candidates, certified }),
      timings: { ...timings, search },
    };
  }
}
