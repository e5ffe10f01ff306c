import type { FaceQuality } from './analysis.ts';

/** Of a face that looks into a good camera in good light. */
export const GOOD_QUALITY: FaceQuality = {
  interEyePx: 90,
  yawDeg: 0,
  pitchDeg: 0,
  rollDeg: 0,
  eyeOpening: 0.09,
  mouthOpening: 0,
  sharpness: 100,
  brightness: 120,
  illuminationUniformity: 0.8,
  luminance: 0.3,
  underExposed: 0,
  overExposed: 0,
  dynamicRangeBits: 7,
  colourOffset: 0,
  eyesCovered: 0.1,
  mouthCovered: 0,
};
