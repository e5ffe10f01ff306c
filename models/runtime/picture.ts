import sharp, { type Metadata } from 'sharp';
import { MAX_IMAGE_EDGE } from '../../shared/contracts/terminal-frames.ts';
import { err, ok, type Result } from '../../shared/kernel/result.ts';
import { readGrey16Png } from './depth-png.ts';
import { plainJpegSize } from './jpeg-header.ts';
import { decodePlainJpeg } from './plain-jpeg.ts';

// One pipeline is one picture of a phone's or webcam's size: libvips' own threads cost more than they
// give, and the cores belong to the networks. Its cache would keep faces in memory.
sharp.concurrency(1);
sharp.cache(false);

/** A decoded, upright colour picture: RGB interleaved, 8 bits, row after row. */
export interface Picture {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** A decoded infrared picture, row after row; linear in the light of the sensor's own lamp that came back. */
export interface InfraredPicture {
  readonly data: Uint16Array;
  readonly width: number;
  readonly height: number;
  /** What a white matt surface has at 1 m, facing the camera. */
  readonly whiteAtMetre: number;
}

/** A decoded depth picture: millimetres, 0 = no return, row after row. */
export interface DepthPicture {
  readonly data: Uint16Array;
  readonly width: number;
  readonly height: number;
}

export type DecodeFailure = 'not_an_image' | 'image_too_large';

const DECODABLE: ReadonlySet<string> = new Set(['jpeg', 'png', 'webp']);

type Header = Pick<
  Metadata,
  | 'width'
  | 'height'
  | 'format'
  | 'space'
  | 'depth'
  | 'pages'
  | 'orientation'
  | 'hasAlpha'
  | 'hasProfile'
>;

async function readHeader(
  bytes: Uint8Array,
  maxEdgePx: number,
): Promise<Result<Header, DecodeFailure>> {
  try {
    const header = await sharp(bytes).metadata();
    if (!DECODABLE.has(header.format) || (header.pages ?? 1) > 1) return err('not_an_image');
    if (header.width > maxEdgePx || header.height > maxEdgePx) return err('image_too_large');
    return ok(header);
  } catch {
    return err('not_an_image');
  }
}

/**
 * Decodes a JPEG, PNG or WebP and turns it upright by its EXIF orientation.
 *
 * The size is read from the header first, so that a small file that unfolds to a huge picture is refused
 * before any of it is decoded.
 *
 * @param shrinkFromPx when given, a picture with a longer edge than `MAX_IMAGE_EDGE` but not than this is
 *   shrunk to that edge while it is decoded: photographs of phones, which terminals never send
 * @param roomFor gives memory for a picture that needs so many bytes; by default new memory each time
 */
export async function decodePicture(
  bytes: Uint8Array,
  shrinkFromPx: number = MAX_IMAGE_EDGE,
  roomFor: (size: number) => Uint8Array = (size) => new Uint8Array(size),
): Promise<Result<Picture, DecodeFailure>> {
  const plain = plainJpegSize(bytes);
  if (plain && Math.max(plain.width, plain.height) <= MAX_IMAGE_EDGE) {
    const picture = decodePlainJpeg(bytes, plain, roomFor(plain.width * plain.height * 3));
    return picture ? ok(picture) : err('not_an_image');
  }
  const header = await readHeader(bytes, shrinkFromPx);
  if (!header.ok) return header;
  try {
    const { orientation, hasAlpha, hasProfile, space, depth, width: w, height: h } = header.value;
    // A camera's plain picture needs none of these, and each costs a pass over it.
    let pipeline = sharp(bytes, { failOn: 'error' });
    if (orientation !== undefined && orientation > 1) pipeline = pipeline.autoOrient();
    if (Math.max(w, h) > MAX_IMAGE_EDGE) {
      pipeline = pipeline.resize(MAX_IMAGE_EDGE, MAX_IMAGE_EDGE, { fit: 'inside' });
    }
    if (hasAlpha) pipeline = pipeline.flatten();
    if (hasProfile || space !== 'srgb' || depth !== 'uchar') {
      pipeline = pipeline.toColourspace('srgb');
    }
    const { data, info } = await pipeline
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    if (channels === 3) return ok({ data, width, height });
    if (channels === 1) return ok({ data: spreadGrey(data), width, height });
    return err('not_an_image');
  } catch {
    return err('not_an_image');
  }
}

function spreadGrey(grey: Uint8Array): Uint8Array {
  const data = new Uint8Array(grey.length * 3);
  for (let i = 0; i < grey.length; i += 1) data.fill(grey[i] ?? 0, i * 3, i * 3 + 3);
  return data;
}

/**
 * Decodes a 16-bit one-channel PNG in millimetres. Anything else is no depth picture: 8 bits would be
 * stretched to depths that nobody measured.
 */
export function decodeDepth(png: Uint8Array): Result<DepthPicture, DecodeFailure> {
  const picture = readGrey16Png(png, MAX_IMAGE_EDGE);
  if (picture === 'too_large') return err('image_too_large');
  return picture ? ok(picture) : err('not_an_image');
}

/**
 * The same of the infrared picture beside a depth picture, which it must lie on pixel by pixel.
 *
 * @param depth the picture that it lies on
 */
export function decodeInfrared(
  { png, whiteAtMetre }: { readonly png: Uint8Array; readonly whiteAtMetre: number },
  depth: DepthPicture,
): Result<InfraredPicture, DecodeFailure> {
  const picture = decodeDepth(png);
  if (!picture.ok) return picture;
  const { width, height } = picture.value;
  if (width !== depth.width || height !== depth.height) return err('not_an_image');
  return ok({ ...picture.value, whiteAtMetre });
}
