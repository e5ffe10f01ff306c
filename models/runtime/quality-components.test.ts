import { expect, it } from 'vitest';
import type { FaceQuality } from './analysis.ts';
import { type QualityComponents, qualityComponents } from './quality-components.ts';
import { GOOD_QUALITY } from './quality-fixture.ts';

it('are 0 to 100, and good where the face is', () => {
  for (const [name, value] of Object.entries(qualityComponents(GOOD_QUALITY))) {
    expect(value, name).toBeGreaterThan(60);
    expect(value, name).toBeLessThanOrEqual(100);
  }
});

// values worked out by hand from OFIQ's mappings
it.each<[Partial<FaceQuality>, Partial<QualityComponents>]>([
  [{ yawDeg: -30 }, { headPoseYaw: 75 }],
  [{ pitchDeg: 45 }, { headPosePitch: 50 }],
  [{ rollDeg: 90 }, { headPoseRoll: 0 }],
  [{ yawDeg: 120 }, { headPoseYaw: 0 }],
  [{ interEyePx: 70 }, { interEyeDistance: 50 }],
  // the same 35 pixels of a face that is turned by 60 degrees
  [{ interEyePx: 35, yawDeg: 60 }, { interEyeDistance: 50 }],
  [{ eyeOpening: 0.02 }, { eyesOpen: 50 }],
  [{ mouthOpening: 0.2 }, { mouthClosed: 50 }],
  [{ luminance: 0.2 }, { luminanceMean: 50 }],
  [{ luminance: 0.8 }, { luminanceMean: 50 }],
  [{ overExposed: 0.09 }, { overExposurePrevention: 10 }],
  [{ underExposed: 0.92 }, { underExposurePrevention: 60 }],
  [{ dynamicRangeBits: 4 }, { dynamicRange: 50 }],
  [{ illuminationUniformity: 0.1 }, { illuminationUniformity: 50 }],
  [{ colourOffset: 0 }, { naturalColour: 100 }],
  [{ colourOffset: 10 }, { naturalColour: 54 }],
  [
    { eyesCovered: 0.3, mouthCovered: 0.6 },
    { eyesVisible: 70, mouthOcclusionPrevention: 40 },
  ],
])('%j gives %j', (native, expected) => {
  expect(qualityComponents({ ...GOOD_QUALITY, ...native })).toMatchObject(expected);
});
