import sharp from 'sharp';
import type { Picture } from '../../models/runtime/picture.ts';
import { PicturePyramid } from '../../models/runtime/warp.ts';
import type { SeededRandom } from '../../shared/kernel/seeded-random.ts';
import { FRAME_HEIGHT, FRAME_WIDTH } from './camera.ts';
import type { Framing } from './framing.ts';

/** A photo made ready to be looked at through a camera. */
export class PhotoScene {
  private readonly sharp: PicturePyramid;
  private readonly blurred: Picture;

  constructor(photo: Picture, blurred: Picture) {
    this.sharp = new PicturePyramid(photo);
    this.blurred = blurred;
  }

  /** RGB of the frame, FRAME_WIDTH x FRAME_HEIGHT; beyond the photo its blurred colours go on. */
  through(framing: Framing): Uint8Array {
    const { picture, crop } = this.sharp.levelFor(framing);
    const rim = 0.05 * Math.min(picture.width, picture.height);
    const here = new Sampler(picture);
    const beyond = new Sampler(this.blurred);
    const toBlurred = this.blurred.width / picture.width;
    const out = new Uint8Array(FRAME_WIDTH * FRAME_HEIGHT * 3);
    const soft: [number, number, number] = [0, 0, 0];
    const clear: [number, number, number] = [0, 0, 0];
    let o = 0;
    for (let v = 0; v < FRAME_HEIGHT; v += 1) {
      for (let u = 0; u < FRAME_WIDTH; u += 1) {
        const x = crop.a * u + crop.b * v + crop.c;
        const y = crop.d * u + crop.e * v + crop.f;
        const inside = Math.min(x, y, picture.width - 1 - x, picture.height - 1 - y);
        const share = Math.min(1, Math.max(0, inside / rim));
        if (share > 0) here.into(clear, x, y);
        if (share < 1) {
          // The edge's colour goes on: mirroring would put a second face beside the first.
          beyond.into(soft, x * toBlurred, y * toBlurred);
        }
        for (let k = 0; k < 3; k += 1) {
          out[o + k] = (clear[k] ?? 0) * share + (soft[k] ?? 0) * (1 - share);
        }
        o += 3;
      }
    }
    return out;
  }
}

/** Light, lens and sensor of one frame. */
export interface Exposure {
  /** Factor on all channels, and on red and blue for the colour of the light. */
  readonly gain: number;
  readonly warmth: number;
  readonly gamma: number;
  /** Standard deviation of the lens' blur, pixels; of the sensor's noise, grey levels. */
  readonly blurPx: number;
  readonly noise: number;
  readonly jpegQuality: number;
}

export function anyExposure(random: SeededRandom): Exposure {
  return {
    gain: random.between(0.85, 1.15),
    warmth: random.between(-0.05, 0.05),
    gamma: random.between(0.92, 1.08),
    blurPx: random.between(0.3, 0.7),
    noise: random.between(1, 3),
    jpegQuality: 88 + random.below(5),
  };
}

/** Of a frame among others in changing light: the tone curve stays, and what is lit is not burnt out. */
export function litExposure(random: SeededRandom): Exposure {
  const exposure = anyExposure(random);
  return { ...exposure, gamma: 1, gain: exposure.gain * 0.8 };
}

/** Values of noise that each row reads from a place of its own: prime, so that rows do not line up. */
const GRAIN = 16_381;

/** Exposes RGB of a frame's size to a JPEG. */
export async function expose(
  rgb: Uint8Array,
  exposure: Exposure,
  random: SeededRandom,
): Promise<Uint8Array> {
  const raw = { width: FRAME_WIDTH, height: FRAME_HEIGHT, channels: 3 } as const;
  const data = await sharp(rgb, { raw }).blur(exposure.blurPx).raw().toBuffer();
  const curves = [1 + exposure.warmth, 1, 1 - exposure.warmth].map((tint) =>
    Float32Array.from(
      { length: 256 },
      (_, value) => 255 * (value / 255) ** exposure.gamma * exposure.gain * tint,
    ),
  );
  const grain = Float32Array.from({ length: GRAIN }, () => exposure.noise * random.normal());
  for (let row = 0; row < FRAME_HEIGHT; row += 1) {
    const shift = random.below(GRAIN);
    const from = row * FRAME_WIDTH * 3;
    curves.forEach((curve, channel) => {
      for (let i = channel; i < FRAME_WIDTH * 3; i += 3) {
        const value = (curve[data[from + i] ?? 0] ?? 0) + (grain[(shift + i) % GRAIN] ?? 0);
        data[from + i] = value < 0 ? 0 : value > 255 ? 255 : value;
      }
    });
  }
  return sharp(data, { raw }).jpeg({ quality: exposure.jpegQuality }).toBuffer();
}

/** Reads a picture between its pixels: bilinear, edges repeated outwards. */
class Sampler {
  private readonly data: Uint8Array;
  private readonly width: number;
  private readonly maxX: number;
  private readonly maxY: number;

  constructor(picture: Picture) {
    this.data = picture.data;
    this.width = picture.width;
    this.maxX = picture.width - 1.001;
    this.maxY = picture.height - 1.001;
  }

  into(out: [number, number, number], atX: number, atY: number): void {
    const { data } = this;
    const x = Math.min(this.maxX, Math.max(0, atX));
    const y = Math.min(this.maxY, Math.max(0, atY));
    const x0 = Math.floor(x);
    const y0 = Math.floor(y);
    const fx = x - x0;
    const fy = y - y0;
    const p = (y0 * this.width + x0) * 3;
    const q = p + this.width * 3;
    for (let k = 0; k < 3; k += 1) {
      const top = (data[p + k] ?? 0) * (1 - fx) + (data[p + 3 + k] ?? 0) * fx;
      const bottom = (data[q + k] ?? 0) * (1 - fx) + (data[q + 3 + k] ?? 0) * fx;
      out[k] = top * (1 - fy) + bottom * fy;
    }
  }
}
