import sharp from 'sharp';
import type { SeededRandom } from '../../shared/kernel/seeded-random.ts';
import type { AttackSpecies } from './attack-species.ts';

/** RGB interleaved, 8 bits. */
interface Rgb {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/**
 * How a face looks once it has been printed or shown on a screen and photographed again: a SIMULATION with the traits that
 * the literature names (lost range and colour, a printer's raster, a screen's pixels beating with the camera's as moire, a
 * second blur). Real prints and screens differ from device to device: figures got with this say nothing about them.
 * The sheet's bend is not drawn into the colour picture.
 */
export async function recaptured(
  picture: Rgb,
  species: AttackSpecies,
  random: SeededRandom,
): Promise<Uint8Array> {
  const { width, height } = picture;
  const raw = { width, height, channels: 3 } as const;
  const blurred = await sharp(picture.data, { raw })
    .blur(random.between(0.8, 1.3))
    .raw()
    .toBuffer();
  const paint = species === 'phone-screen' ? screen(random) : print(random);
  const out = new Uint8Array(blurred.length);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const i = (y * width + x) * 3;
      for (let k = 0; k < 3; k += 1) {
        const value = paint({ value: blurred[i + k] ?? 0, x, y, channel: k });
        out[i + k] = value < 0 ? 0 : value > 255 ? 255 : value;
      }
    }
  }
  return out;
}

type Paint = (sample: {
  readonly value: number;
  readonly x: number;
  readonly y: number;
  readonly channel: number;
}) => number;

/** Paper white is no light source and ink is not black: less contrast, a yellow cast, a rosette of dots, uneven light. */
function print(random: SeededRandom): Paint {
  const contrast = random.between(0.68, 0.8);
  const cast = [1.02, 0.99, random.between(0.86, 0.93)];
  const pitch = random.between(2.6, 3.4);
  const depth = random.between(5, 9);
  const slope = random.between(-0.0004, 0.0004);
  return ({ value, x, y, channel }) => {
    const angle = 0.26 + channel * 0.52;
    const u = x * Math.cos(angle) + y * Math.sin(angle);
    const v = y * Math.cos(angle) - x * Math.sin(angle);
    const dots = Math.sin((2 * Math.PI * u) / pitch) * Math.sin((2 * Math.PI * v) / pitch);
    return (38 + value * contrast) * (cast[channel] ?? 1) * (1 + slope * x) + depth * dots;
  };
}

/** A backlight of its own: bluish, bright, sub-pixels out of step with the camera's, black that glows. */
function screen(random: SeededRandom): Paint {
  const cast = [0.95, 1, random.between(1.06, 1.14)];
  const pitch = random.between(2.2, 2.8);
  const angle = random.between(-0.06, 0.06);
  const depth = random.between(6, 11);
  return ({ value, x, y, channel }) => {
    const u = x * Math.cos(angle) + y * Math.sin(angle);
    const v = y * Math.cos(angle) - x * Math.sin(angle);
    const columns = Math.sin((2 * Math.PI * u) / pitch + (channel * 2 * Math.PI) / 3);
    const rows = Math.sin((2 * Math.PI * v) / pitch);
    const moire = columns + 0.5 * rows + 0.6 * Math.sin((2 * Math.PI * (u + v)) / 37 + channel);
    return (16 + value * 0.95) * (cast[channel] ?? 1) + depth * moire;
  };
}
