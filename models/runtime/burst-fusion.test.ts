import { describe, expect, it } from 'vitest';
import { err, ok } from '../../shared/kernel/result.ts';
import { SeededRandom } from '../../shared/kernel/seeded-random.ts';
import type { DepthEvidence, FaceQuality } from './analysis.ts';
import { fuseBurst } from './burst-fusion.ts';
import type { MeshedFace } from './face-finder.ts';
import type { FrameAnalysis } from './frame-pipeline.ts';
import type { FrameTrace } from './frame-trace.ts';
import type { FramePad } from './presentation-attack.ts';
import { GOOD_QUALITY } from './quality-fixture.ts';

const QUALITY: FaceQuality = { ...GOOD_QUALITY, sharpness: 300 };
const NOWHERE = { x: 0, y: 0 };
const FACE: MeshedFace = {
  detection: {
    box: { x: 0, y: 0, width: 160, height: 160 },
    score: 1,
    rightEye: NOWHERE,
    leftEye: NOWHERE,
    points: undefined,
  },
  mesh: {
    presence: 1,
    points: [NOWHERE, NOWHERE, NOWHERE, NOWHERE, NOWHERE],
    outline: [],
    patches: [],
    pose: { yawDeg: 0, pitchDeg: 0, rollDeg: 0 },
    expression: { eyeOpening: 0.09, mouthOpening: 0 },
  },
};
const FACE_DEPTH: DepthEvidence = {
  coverage: 0.97,
  distanceMm: 550,
  interEyeMm: 63,
  planeResidualMm: 11,
  quadricResidualMm: 5,
  noseReliefMm: 18,
  mmPerPx: 1.6,
  noiseMm: 0.8,
  relief: 0.6,
  reliefFit: 0.7,
  reliefWithoutEyes: 0.6,
  reliefBeyondFolds: 0.5,
  steps: 2.5,
};
/** The trace of a shot of its own: noise that no other has. */
function newTrace(): FrameTrace {
  shots += 1;
  const random = new SeededRandom('shot', shots);
  const values = Int16Array.from({ length: 400 }, () => 10 * random.normal());
  return {
    colour: { left: 10, top: 10, columns: 20, rows: 20, values },
    depth: Int32Array.from({ length: 64 }, () => random.below(2 ** 30)).toSorted(),
  };
}
let shots = 0;
const POLICY = { minLive: 0.5, minLiveWithDepth: 0.1, requireDepth: true, sameFace: 0.4 };

function frame(
  embedding: readonly number[],
  pad: Omit<FramePad, 'trace'> & Partial<FramePad> = { colourLive: 0.9, depth: FACE_DEPTH },
  quality: Partial<FaceQuality> = {},
) {
  return ok<FrameAnalysis>({
    embedding: Float32Array.from(embedding),
    quality: { ...QUALITY, ...quality },
    face: FACE,
    pad: { trace: newTrace(), ...pad },
  });
}

describe('fuseBurst', () => {
  it('leans on the better frame and stays of unit length', () => {
    const turned = frame([0.6, 0.8], undefined, { yawDeg: 60, interEyePx: 40 });
    const fused = fuseBurst([frame([1, 0]), turned], POLICY);
    expect(fused.ok && fused.value.framesUsed).toBe(2);
    if (!fused.ok) return;
    const [x = 0, y = 0] = fused.value.embedding;
    expect(Math.hypot(x, y)).toBeCloseTo(1, 6);
    expect(x).toBeGreaterThan(0.9);
    expect(fused.value.quality.yawDeg).toBe(0);
    expect(fused.value.pad).toMatchObject({ live: true, failed: [] });
  });

  it('leaves poor frames out, but two people refuse all', () => {
    const blurred = err('face_blurred' as const);
    expect(fuseBurst([frame([1, 0]), blurred], POLICY)).toMatchObject({
      ok: true,
      value: { framesUsed: 1 },
    });
    const crowd = err('several_faces' as const);
    expect(fuseBurst([frame([1, 0]), crowd], POLICY)).toEqual({
      ok: false,
      error: 'several_faces',
    });
  });

  it('answers with the failure of the frame that came farthest', () => {
    const failures = [
      err('no_face' as const),
      err('face_blurred' as const),
      err('not_an_image' as const),
    ];
    expect(fuseBurst(failures, POLICY)).toEqual({ ok: false, error: 'face_blurred' });
  });

  it('is not carried by one live frame among photographs', () => {
    const flat = { ...FACE_DEPTH, planeResidualMm: 0.5, quadricResidualMm: 0.4, noseReliefMm: 0 };
    const fused = fuseBurst(
      [frame([1, 0]), frame([1, 0], { colourLive: 0.9, depth: flat })],
      POLICY,
    );
    expect(fused.ok && fused.value.pad).toMatchObject({
      live: false,
      failed: ['depth_flat', 'depth_bent', 'depth_nose'],
      depth: { noseReliefMm: 0 },
    });
  });

  it('finds frames of two different people', () => {
    const fused = fuseBurst([frame([1, 0]), frame([0, 1])], POLICY);
    expect(fused.ok && fused.value.pad.failed).toEqual(['frames_differ']);
  });

  it('asks for depth where the terminal has it, and more of colour where it has not', () => {
    const colourOnly = { colourLive: 0.3, depth: 'absent' } as const;
    const at = (requireDepth: boolean) =>
      fuseBurst([frame([1, 0], colourOnly)], { ...POLICY, requireDepth });
    expect(at(true)).toMatchObject({ value: { pad: { failed: ['colour', 'depth_missing'] } } });
    expect(at(false)).toMatchObject({ value: { pad: { failed: ['colour'] } } });
    const withDepth = fuseBurst([frame([1, 0], { colourLive: 0.3, depth: FACE_DEPTH })], POLICY);
    expect(withDepth).toMatchObject({ value: { pad: { live: true } } });
    const unreadable = fuseBurst([frame([1, 0], { colourLive: 1, depth: 'unreadable' })], POLICY);
    expect(unreadable).toMatchObject({ value: { pad: { failed: ['depth_holes'] } } });
  });

  it('asks for infrared in every frame where the terminal has it, and judges it wherever it comes', () => {
    const skin = { albedo: 0.6, shading: 1, eyes: -0.3, unevenness: 0.2 };
    const withInfrared = (infrared: typeof skin | 'unreadable') =>
      frame([1, 0], { colourLive: 0.9, depth: { ...FACE_DEPTH, infrared } });
    const required = { ...POLICY, requireInfrared: true };
    expect(fuseBurst([withInfrared(skin)], required)).toMatchObject({
      value: { pad: { live: true } },
    });
    expect(fuseBurst([withInfrared(skin), frame([1, 0])], required)).toMatchObject({
      value: { pad: { failed: ['infrared_missing'] } },
    });
    const display = withInfrared({ ...skin, albedo: 0.1 });
    expect(fuseBurst([withInfrared(skin), display], POLICY)).toMatchObject({
      value: { pad: { failed: ['infrared_albedo'] } },
    });
    expect(fuseBurst([withInfrared('unreadable')], POLICY)).toMatchObject({
      value: { pad: { failed: ['infrared_unreadable'] } },
    });
  });

  it('finds the same shot twice, by its colour or by its depth alone', () => {
    const [shot, other] = [newTrace(), newTrace()];
    const burst = (trace: FrameTrace) =>
      fuseBurst(
        [shot, other, trace].map((own) =>
          frame([1, 0], { colourLive: 0.9, depth: FACE_DEPTH, trace: own }),
        ),
        POLICY,
      );
    expect(burst(newTrace())).toMatchObject({ value: { pad: { live: true, failed: [] } } });
    for (const trace of [
      shot,
      { ...newTrace(), colour: shot.colour },
      { ...newTrace(), depth: other.depth as Int32Array },
    ]) {
      expect(burst(trace)).toMatchObject({
        value: { pad: { live: false, failed: ['frames_repeated'] } },
      });
    }
  });

  it('finds depth that does not belong to the colour: the head grows as it comes nearer', () => {
    const at = (interEyeMm: number) =>
      frame([1, 0], { colourLive: 0.9, depth: { ...FACE_DEPTH, interEyeMm } });
    expect(fuseBurst([at(62), at(68)], POLICY)).toMatchObject({ value: { pad: { live: true } } });
    expect(fuseBurst([at(58), at(72)], POLICY)).toMatchObject({
      value: { pad: { live: false, failed: ['frames_resized'] } },
    });
  });
});
