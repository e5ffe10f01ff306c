import { expect, it } from 'vitest';
import { openPack } from '../packs/open-pack.ts';
import type { FaceQuality } from './analysis.ts';
import { qualityFailure } from './face-quality.ts';
import { GOOD_QUALITY } from './quality-fixture.ts';

const limits = openPack.thresholds.quality;

it.each<[string | undefined, Partial<FaceQuality>]>([
  [undefined, {}],
  ['face_too_small', { interEyePx: 34 }],
  ['face_turned_away', { yawDeg: -36 }],
  ['face_turned_away', { pitchDeg: 31 }],
  ['light_too_low', { brightness: 39 }],
  ['light_too_strong', { brightness: 226 }],
  ['eyes_covered', { eyesCovered: 0.81 }],
  ['face_blurred', { sharpness: 19 }],
  // what can be mended first is said first
  ['face_too_small', { interEyePx: 20, sharpness: 1, eyesCovered: 1 }],
])('says %s of %j', (code, poor) => {
  expect(qualityFailure({ ...GOOD_QUALITY, ...poor }, limits)).toBe(code);
});

it('lets covered eyes pass where a pack has no limit for them', () => {
  const { maxEyesCovered: _, ...without } = limits;
  expect(qualityFailure({ ...GOOD_QUALITY, eyesCovered: 1 }, without)).toBeUndefined();
});
