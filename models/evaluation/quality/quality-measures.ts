import type { FaceQuality } from '../../runtime/analysis.ts';
import type { QualityComponents } from '../../runtime/quality-components.ts';

/** A native value, and which way it is worse. */
export interface QualityMeasure {
  readonly native: keyof FaceQuality;
  /** Component of ISO/IEC 29794-5 that it stands behind. */
  readonly component: keyof QualityComponents;
  /** `low`: small values are poor; `high`: large ones; `away`: those far from 0. */
  readonly poor: 'low' | 'high' | 'away';
}

export const QUALITY_MEASURES: readonly QualityMeasure[] = [
  { native: 'interEyePx', component: 'interEyeDistance', poor: 'low' },
  { native: 'yawDeg', component: 'headPoseYaw', poor: 'away' },
  { native: 'pitchDeg', component: 'headPosePitch', poor: 'away' },
  { native: 'rollDeg', component: 'headPoseRoll', poor: 'away' },
  { native: 'sharpness', component: 'sharpness', poor: 'low' },
  { native: 'luminance', component: 'luminanceMean', poor: 'low' },
  { native: 'underExposed', component: 'underExposurePrevention', poor: 'high' },
  { native: 'overExposed', component: 'overExposurePrevention', poor: 'high' },
  { native: 'dynamicRangeBits', component: 'dynamicRange', poor: 'low' },
  { native: 'illuminationUniformity', component: 'illuminationUniformity', poor: 'low' },
  { native: 'colourOffset', component: 'naturalColour', poor: 'high' },
  { native: 'eyeOpening', component: 'eyesOpen', poor: 'low' },
  { native: 'mouthOpening', component: 'mouthClosed', poor: 'high' },
  { native: 'eyesCovered', component: 'eyesVisible', poor: 'high' },
  { native: 'mouthCovered', component: 'mouthOcclusionPrevention', poor: 'high' },
];

/** The measure as a quality: higher is better. */
export function goodness({ native, poor }: QualityMeasure, quality: FaceQuality): number {
  const value = quality[native];
  if (poor === 'low') return value;
  return poor === 'high' ? -value : -Math.abs(value);
}

/** The native value that a goodness stands for; of `away` without its sign. */
export function nativeOf({ poor }: QualityMeasure, good: number): number {
  return poor === 'low' ? good : Math.abs(good);
}
