import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import type { ProbeFrame } from '../../shared/contracts/terminal-frames.ts';

/** A camera's colour picture and the depth picture beside it, pixels. */
const COLOUR = { width: 640, height: 480 } as const;
const DEPTH = { width: 320, height: 240 } as const;
const JPEG_QUALITY = 88;
const FOCAL_PX = 300;
/** A sheet at arm's length with ripples: what the depth says is not what is timed, only that it is read. */
const SHEET_MM = 500;

/** The folder holds no picture to bench with. */
export class NoPicturesError extends Error {
  override readonly name = 'NoPicturesError';
}

/**
 * Makes the pictures of a folder into frames as a terminal sends them: 640 x 480 JPEG, 320 x 240 depth.
 *
 * @throws NoPicturesError when none is there
 */
export async function benchFrames(dir: string): Promise<ProbeFrame[]> {
  const names = (await readdir(dir).catch(() => []))
    .filter((name) => /\.(jpe?g|png|webp)$/i.test(name))
    .toSorted();
  if (names.length === 0) throw new NoPicturesError(`no pictures in ${dir}`);
  const png = await depthSheet();
  const takenAt = new Date(0).toISOString();
  return Promise.all(
    names.map(async (name) => {
      const colour = await sharp(await readFile(join(dir, name)))
        .autoOrient()
        .resize(COLOUR.width, COLOUR.height, { fit: 'contain' })
        .jpeg({ quality: JPEG_QUALITY })
        .toBuffer();
      return { takenAt, colour, depth: { png, focalPx: FOCAL_PX } };
    }),
  );
}

async function depthSheet(): Promise<Buffer> {
  const { width, height } = DEPTH;
  const millimetres = new Uint16Array(width * height);
  for (let i = 0; i < millimetres.length; i += 1) {
    const ripple = 20 * Math.sin((i % width) / 9) * Math.cos(Math.floor(i / width) / 7);
    millimetres[i] = Math.round(SHEET_MM + ripple + (i % 3));
  }
  return sharp(millimetres, { raw: { width, height, channels: 1 } })
    .toColourspace('grey16')
    .png()
    .toBuffer();
}
