import { present } from '../../../shared/kernel/assert.ts';
import type { SeededRandom } from '../../../shared/kernel/seeded-random.ts';
import type { Picture } from '../../runtime/picture.ts';

/**
 * A webcam: exposure and white balance that follow what they see, a tone curve, noise, eight bits. Its JPEG is left out, which
 * would smooth the noise of colour.
 */
export interface LightCamera {
  /** Linear value that the exposure aims at, for the middle of the picture. */
  readonly aim: number;
  /** How much of a change of brightness, and of colour, is taken back before the frame is taken: 0-1. */
  readonly exposureFollows: number;
  readonly balanceFollows: number;
  /** Bend of the tone curve away from sRGB's. */
  readonly contrast: number;
  /** Standard deviation of a pixel's noise, grey levels. */
  readonly noise: number;
}

export function anyLightCamera(random: SeededRandom): LightCamera {
  return {
    aim: random.between(0.1, 0.22),
    exposureFollows: random.between(0, 1),
    balanceFollows: random.between(0, 0.7),
    contrast: random.between(-0.1, 0.3),
    noise: random.between(1, 3.5),
  };
}

/** Linear light of a pixel, any unit. */
type LightAt = (pixel: number) => readonly [number, number, number];

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Takes the frames of one burst, in order. */
export class BurstExposure {
  private readonly camera: LightCamera;
  private readonly random: SeededRandom;
  private readonly curve: Float32Array;
  private first: readonly number[] | undefined;

  constructor(camera: LightCamera, random: SeededRandom) {
    this.camera = camera;
    this.random = random;
    this.curve = toneCurve(camera.contrast);
  }

  /** @param pixels which pixels of the picture are wanted; all others stay black */
  take({ width, height }: Size, pixels: readonly number[], lightAt: LightAt): Picture {
    const gains = this.gainsFor({ width, height }, lightAt);
    const data = new Uint8Array(width * height * 3);
    for (const pixel of pixels) {
      const light = lightAt(pixel);
      for (let k = 0; k < 3; k += 1) {
        const value = Math.min(1, (light[k] as number) * (gains[k] as number));
        const level = this.curve[Math.round(value * CURVE_STEPS)] as number;
        const noisy = level + this.camera.noise * this.random.normal();
        data[pixel * 3 + k] = noisy < 0 ? 0 : noisy > 255 ? 255 : Math.round(noisy);
      }
    }
    return { data, width, height };
  }

  private gainsFor(size: Size, lightAt: LightAt): number[] {
    const means = middleMeans(size, lightAt);
    this.first ??= means;
    const { first, camera, random } = this;
    const before = brightness(first);
    const exposure = (brightness(means) / before) ** -camera.exposureFollows;
    return means.map((mean, k) => {
      const turned = mean / brightness(means) / (present(first[k], 'a channel') / before);
      const balance = turned ** -camera.balanceFollows * (1 + 0.004 * random.normal());
      return (camera.aim / before) * exposure * balance;
    });
  }
}

/** Mean of each channel over the middle of the picture, where webcams measure. */
function middleMeans({ width, height }: Size, lightAt: LightAt): number[] {
  const sums = [0, 0, 0];
  let read = 0;
  for (let y = Math.round(height * 0.25); y < height * 0.75; y += 9) {
    for (let x = Math.round(width * 0.35); x < width * 0.65; x += 9) {
      lightAt(y * width + x).forEach((light, k) => {
        sums[k] = (sums[k] as number) + light;
      });
      read += 1;
    }
  }
  return sums.map((sum) => sum / read);
}

function brightness(rgb: readonly number[]): number {
  return rgb.reduce((sum, value) => sum + value / 3, 0);
}

const CURVE_STEPS = 4_096;

/** Grey levels (not rounded) of linear light in steps: sRGB, bent towards an S. */
function toneCurve(contrast: number): Float32Array {
  return Float32Array.from({ length: CURVE_STEPS + 1 }, (_, i) => {
    const x = i / CURVE_STEPS;
    const srgb = x <= 0.003_130_8 ? 12.92 * x : 1.055 * x ** (1 / 2.4) - 0.055;
    return 255 * (srgb + contrast * (srgb * srgb * (3 - 2 * srgb) - srgb));
  });
}
