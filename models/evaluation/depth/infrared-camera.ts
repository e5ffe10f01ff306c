import type { SeededRandom } from '../../../shared/kernel/seeded-random.ts';
import type { InfraredPicture } from '../../runtime/picture.ts';
import { returnedLight, type Scene } from './scene.ts';

/**
 * The infrared picture that a depth camera takes with its own lamp beside its depth: linear, ambient light taken out, not
 * of a pattern's dots. Noise is shot noise (its square grows with the light) and that of reading out. A model of no
 * particular device.
 */
export const INFRARED = {
  whiteAtMetre: 10_000,
  /** How far a device's own idea of white is off, standard deviation. */
  calibrationSigma: 0.05,
  /** Light per unit of shot noise squared, and noise of an unlit pixel, both of 65,535. */
  shotGain: 2,
  readSigma: 12,
  /** A display sends back this share of what paper would: its face is dark, its layers swallow light. */
  glass: { from: 0.05, to: 0.35 },
  /** Where its glass faces the sensor it mirrors the lamp. */
  glareCosine: 0.999,
  glareLight: 60_000,
} as const;

/** @returns a picture of the same view and size as the scene */
export function senseInfrared(scene: Scene, random: SeededRandom): InfraredPicture {
  const { width, height, mm, glass } = scene;
  const scale =
    INFRARED.whiteAtMetre * Math.max(0.8, 1 + INFRARED.calibrationSigma * random.normal());
  const glassShare = random.between(INFRARED.glass.from, INFRARED.glass.to);
  const light = returnedLight(scene, scene.painted);
  const data = new Uint16Array(mm.length);
  for (let i = 0; i < data.length; i += 1) {
    const own = (light[i] as number) * scale * (glass[i] ? glassShare : 1);
    const glare = glass[i] && facesLens(scene, i) ? INFRARED.glareLight : 0;
    const sigma = Math.hypot(Math.sqrt(INFRARED.shotGain * own), INFRARED.readSigma);
    data[i] = Math.max(0, Math.min(65_535, Math.round(own + glare + sigma * random.normal())));
  }
  return { data, width, height, whiteAtMetre: INFRARED.whiteAtMetre };
}

/** Whether the surface at a pixel lies square to the line of sight. */
function facesLens({ width, height, focalPx, mm }: Scene, i: number): boolean {
  const column = i % width;
  const z = mm[i] as number;
  if (column === width - 1 || i + width >= mm.length) return false;
  const x = (column - (width - 1) / 2) / focalPx;
  const y = (Math.floor(i / width) - (height - 1) / 2) / focalPx;
  // Slopes of log z over the picture: the normal is (a, b, -1 - a x - b y), whose product with the line of sight is -1.
  const a = (((mm[i + 1] as number) - z) / z) * focalPx;
  const b = (((mm[i + width] as number) - z) / z) * focalPx;
  return 1 / (Math.hypot(a, b, 1 + a * x + b * y) * Math.hypot(x, y, 1)) > INFRARED.glareCosine;
}
