import type { SeededRandom } from '../../../shared/kernel/seeded-random.ts';
import type { Scene } from './scene.ts';
import { senseStructuredLight } from './structured-light.ts';
import { senseTimeOfFlight } from './time-of-flight.ts';

/** A kind of depth camera: what it is called, the focal lengths it comes with, how it sees. */
export interface DepthCamera {
  readonly name: 'structured-light' | 'time-of-flight';
  /** Pixels of the depth picture. */
  readonly focalPx: readonly number[];
  /** Whole millimetres, 0 = no return. */
  readonly sense: (scene: Scene, random: SeededRandom) => Uint16Array;
}

export const DEPTH_CAMERAS: readonly DepthCamera[] = [
  // 320 x 240 and 640 x 480 over 60 degrees.
  { name: 'structured-light', focalPx: [277, 554], sense: senseStructuredLight },
  // 320 x 240 and 512 x 424 over 70 degrees.
  { name: 'time-of-flight', focalPx: [230, 365], sense: senseTimeOfFlight },
];
