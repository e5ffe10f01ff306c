import { present } from '../../shared/kernel/assert.ts';
import { err, ok, type Result } from '../../shared/kernel/result.ts';
import type { BurstAnalysis } from './analysis.ts';
import { cosine, normalise } from './embedder.ts';
import { qualityWeight } from './face-quality.ts';
import type { FrameAnalysis, FrameFailureCode } from './frame-pipeline.ts';
import { judgeBurst } from './presentation-attack.ts';

/** How far a frame came before it was refused; the burst's answer is that of the frame that came farthest. */
const FAILURE_ORDER: readonly FrameFailureCode[] = [
  'image_too_large',
  'not_an_image',
  'no_face',
  'face_too_small',
  'face_turned_away',
  'light_too_low',
  'light_too_strong',
  'eyes_covered',
  'face_blurred',
];

/**
 * Makes one answer of a burst's frames. Poor frames are left out as long as one good frame is there; two
 * people in any frame refuse the whole burst.
 *
 * @param frames each frame's outcome, with presentation-attack detection
 */
export function fuseBurst(
  frames: readonly Result<FrameAnalysis, FrameFailureCode>[],
  policy: {
    readonly minLive: number;
    readonly minLiveWithDepth: number;
    readonly requireDepth: boolean;
    readonly requireInfrared?: boolean;
    /** Two frames below this cosine are not taken for the same person. */
    readonly sameFace: number;
  },
): Result<Omit<BurstAnalysis, 'packId' | 'light' | 'timings'>, FrameFailureCode> {
  const good: FrameAnalysis[] = [];
  const failures: FrameFailureCode[] = [];
  for (const frame of frames) {
    if (frame.ok) good.push(frame.value);
    else failures.push(frame.error);
  }
  if (failures.includes('several_faces')) return err('several_faces');
  const [first] = good;
  if (!first) {
    const rank = (code: FrameFailureCode): number => FAILURE_ORDER.indexOf(code);
    return err(failures.reduce((far, code) => (rank(code) > rank(far) ? code : far)));
  }
  const fused = new Float32Array(first.embedding.length);
  let best = first;
  for (const frame of good) {
    const weight = qualityWeight(frame.quality);
    if (weight > qualityWeight(best.quality)) best = frame;
    frame.embedding.forEach((value, i) => {
      fused[i] = (fused[i] as number) + weight * value;
    });
  }
  return ok({
    embedding: normalise(fused),
    quality: best.quality,
    pad: judgeBurst(
      good.map((frame) => present(frame.pad, 'attack detection of a burst frame')),
      { ...policy, sameFace: areSameFace(good, policy.sameFace) },
    ),
    framesUsed: good.length,
  });
}

function areSameFace(frames: readonly FrameAnalysis[], lowest: number): boolean {
  return frames.every((frame, i) =>
    frames.slice(i + 1).every((other) => cosine(frame.embedding, other.embedding) >= lowest),
  );
}
