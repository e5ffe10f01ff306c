import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { Result } from '../../shared/kernel/result.ts';
import { plainJpegSize } from './jpeg-header.ts';
import { decodeDepth, decodePicture } from './picture.ts';

/** 4 x 2 pixels: a red left half, a blue right half. */
const RED_BLUE = Uint8Array.from(
  [0, 1].flatMap(() => [255, 0, 0, 255, 0, 0, 0, 0, 255, 0, 0, 255]),
);
const redBlue = () => sharp(RED_BLUE, { raw: { width: 4, height: 2, channels: 3 } });
const plain = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: { r: 10, g: 20, b: 30 } } });

function valuesOf(decoded: Result<{ readonly data: Iterable<number> }, string>) {
  return decoded.ok ? [...decoded.value.data] : undefined;
}

describe('decodePicture', () => {
  it('gives interleaved RGB', async () => {
    const decoded = await decodePicture(await redBlue().png().toBuffer());
    expect(decoded).toMatchObject({ ok: true, value: { width: 4, height: 2 } });
    expect(valuesOf(decoded)).toEqual([...RED_BLUE]);
  });

  it('turns a picture upright by its EXIF orientation', async () => {
    const jpeg = await redBlue().withMetadata({ orientation: 6 }).png().toBuffer();
    const decoded = await decodePicture(jpeg);
    expect(decoded).toMatchObject({ ok: true, value: { width: 2, height: 4 } });
    // Orientation 6 is a quarter turn clockwise: what was left is now on top.
    expect(valuesOf(decoded)?.slice(0, 3)).toEqual([255, 0, 0]);
  });

  it('makes three channels of grey and of transparent pictures', async () => {
    const grey = await decodePicture(await plain(3, 3).greyscale().jpeg().toBuffer());
    expect(grey.ok && grey.value.data.length).toBe(27);
    const clear = await decodePicture(await plain(3, 3).ensureAlpha(0.5).webp().toBuffer());
    expect(clear.ok && clear.value.data.length).toBe(27);
  });

  it('turns a JPEG of a phone too', async () => {
    const jpeg = await plain(8, 4).withMetadata({ orientation: 8 }).jpeg().toBuffer();
    expect(plainJpegSize(jpeg)).toBeUndefined();
    expect(await decodePicture(jpeg)).toMatchObject({ ok: true, value: { width: 4, height: 8 } });
  });

  it.each([
    ['baseline', { progressive: false }],
    ['progressive', { progressive: true }],
    ['4:4:4', { chromaSubsampling: '4:4:4' }],
  ])('reads the size of a plain %s JPEG by itself', async (_, options) => {
    const jpeg = await plain(33, 17).jpeg(options).toBuffer();
    expect(plainJpegSize(jpeg)).toEqual({ width: 33, height: 17 });
    for (let end = 0; end < 160; end += 1)
      expect(plainJpegSize(jpeg.subarray(0, end))).toBeUndefined();
    expect(await decodePicture(jpeg)).toMatchObject({ ok: true, value: { width: 33, height: 17 } });
  });

  it('refuses what is no picture', async () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>';
    const jpeg = await plain(64, 64).jpeg().toBuffer();
    const refused = [
      Buffer.from('not a picture'),
      new Uint8Array(0),
      Buffer.from(svg),
      await plain(4, 4).gif().toBuffer(),
      jpeg.subarray(0, jpeg.length >> 1),
    ];
    for (const bytes of refused) {
      expect(await decodePicture(bytes)).toEqual({ ok: false, error: 'not_an_image' });
    }
  });

  it('refuses too large a picture by its header, or shrinks it where asked to', async () => {
    const wide = await plain(2_100, 100).png().toBuffer();
    expect(await decodePicture(wide)).toEqual({ ok: false, error: 'image_too_large' });
    const wideJpeg = await plain(2_100, 100).jpeg().toBuffer();
    expect(await decodePicture(wideJpeg)).toEqual({ ok: false, error: 'image_too_large' });
    const shrunk = await decodePicture(wide, 4_000);
    expect(shrunk).toMatchObject({ ok: true, value: { width: 2_048, height: 98 } });
  });
});

describe('decodeDepth', () => {
  const millimetres = Uint16Array.from([0, 1, 255, 256, 612, 65_535]);
  const depthPng = () =>
    sharp(millimetres, { raw: { width: 3, height: 2, channels: 1 } })
      .toColourspace('grey16')
      .png()
      .toBuffer();

  it('gives the very millimetres', async () => {
    const decoded = decodeDepth(await depthPng());
    expect(decoded).toMatchObject({ ok: true, value: { width: 3, height: 2 } });
    expect(valuesOf(decoded)).toEqual([...millimetres]);
  });

  it('refuses 8 bits, colour and anything but PNG', async () => {
    const refused = [
      await plain(3, 3).greyscale().png().toBuffer(),
      await plain(3, 3).png().toBuffer(),
      await plain(3, 3).jpeg().toBuffer(),
      Buffer.from('depth'),
    ];
    for (const bytes of refused) {
      expect(decodeDepth(bytes)).toEqual({ ok: false, error: 'not_an_image' });
    }
  });
});
