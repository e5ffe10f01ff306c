import { z } from 'zod';
import { LIGHT_STEPS } from './light-sequence.ts';
import { sha256HexSchema, timestampSchema } from './primitives.ts';

/**
 * A message with pictures is one JSON envelope, one line feed (0x0A), then the blobs back to back in
 * the order in which the JSON names them (for each frame: colour, then depth and infrared where there are such).
 * JSON text never holds a raw line feed outside of white space, and we require it on ONE line, so the
 * first 0x0A ends it. Any shell can make such a message: `(cat head.json; cat a.jpg d.png) | mosquitto_pub -s …`
 */
const LINE_FEED = 0x0a;

/** Largest MQTT payload that a hub reads, bytes: 5 frames of 640x480 colour and depth with room to spare. */
export const MAX_PAYLOAD_BYTES = 4 * 1024 * 1024;
/** Largest JSON head, bytes. */
export const MAX_HEAD_BYTES = 16 * 1024;
export const MAX_FRAMES = 5;
/** What a terminal sends where nothing else is set. */
export const BURST_FRAMES = 3;
/** Largest picture edge in pixels that is decoded. */
export const MAX_IMAGE_EDGE = 2_048;

const blobSchema = z.object({
  mime: z.enum(['image/jpeg', 'image/png', 'image/webp']),
  bytes: z.int().min(1).max(MAX_PAYLOAD_BYTES),
  sha256: sha256HexSchema,
});

/** A depth picture: 16-bit PNG, one channel, millimetres, 0 = no return, aligned with the colour picture. */
const depthBlobSchema = blobSchema.extend({
  mime: z.literal('image/png'),
  /** Focal length in pixels of the depth picture. */
  focalPx: z.number().min(50).max(5_000),
});

/**
 * The infrared picture of the depth camera's own shot: 16-bit PNG, one channel, pixel by pixel on the depth picture; linear in
 * the light of the camera's own lamp, ambient light and any projected pattern taken out.
 */
const infraredBlobSchema = blobSchema.extend({
  mime: z.literal('image/png'),
  /** What a white matt surface has at 1 m, facing the camera: the device's calibration. */
  whiteAtMetre: z.number().min(100).max(65_535),
});

export const frameSchema = z.object({
  takenAt: timestampSchema,
  colour: blobSchema,
  depth: depthBlobSchema.optional(),
  /** Only beside depth, and only to a hub whose welcome says `takesInfrared`. Since version 3. */
  infrared: infraredBlobSchema.optional(),
  /** Which step of the challenge's light the screen showed, from 0. Since version 3. */
  lightStep: z
    .int()
    .min(0)
    .max(LIGHT_STEPS - 1)
    .optional(),
});

export type FrameHead = z.infer<typeof frameSchema>;

/** A frame with its bytes. `depth.png` is 16-bit, one channel, millimetres. */
export interface ProbeFrame {
  readonly takenAt: string;
  readonly colour: Uint8Array;
  readonly depth?: { readonly png: Uint8Array; readonly focalPx: number };
  /** 16-bit, one channel, of the same size as the depth picture. */
  readonly infrared?: { readonly png: Uint8Array; readonly whiteAtMetre: number };
  /** Step of the challenge's light, from 0. */
  readonly lightStep?: number;
}

/** Joins the head and the blobs to one payload. */
export function joinPayload(head: unknown, blobs: readonly Uint8Array[]): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(head));
  const size = blobs.reduce((sum, blob) => sum + blob.byteLength, json.byteLength + 1);
  const payload = new Uint8Array(size);
  payload.set(json, 0);
  payload[json.byteLength] = LINE_FEED;
  let offset = json.byteLength + 1;
  for (const blob of blobs) {
    payload.set(blob, offset);
    offset += blob.byteLength;
  }
  return payload;
}

/** Splits a payload into the JSON text and the bytes after its line feed; undefined when the head is too long. */
export function splitPayload(
  payload: Uint8Array,
): { readonly head: string; readonly blobs: Uint8Array } | undefined {
  const end = payload.indexOf(LINE_FEED);
  const headEnd = end === -1 ? payload.byteLength : end;
  if (headEnd > MAX_HEAD_BYTES) return undefined;
  return {
    head: new TextDecoder().decode(payload.subarray(0, headEnd)),
    blobs: payload.subarray(Math.min(headEnd + 1, payload.byteLength)),
  };
}

/**
 * Cuts the blobs apart by the lengths that the frames name; undefined when they do not add up exactly, or when an infrared
 * picture comes without depth.
 */
export function cutBlobs(
  frames: readonly FrameHead[],
  blobs: Uint8Array,
): ProbeFrame[] | undefined {
  const named = frames.reduce(
    (sum, f) => sum + f.colour.bytes + (f.depth?.bytes ?? 0) + (f.infrared?.bytes ?? 0),
    0,
  );
  if (named !== blobs.byteLength) return undefined;
  // Infrared says nothing without the surface that it lies on.
  if (frames.some(({ depth, infrared }) => infrared && !depth)) return undefined;
  let offset = 0;
  const take = (bytes: number): Uint8Array => {
    offset += bytes;
    return blobs.subarray(offset - bytes, offset);
  };
  return frames.map((frame) => {
    const { takenAt, depth, infrared, lightStep } = frame;
    const colour = take(frame.colour.bytes);
    return {
      takenAt,
      colour,
      ...(depth && { depth: { png: take(depth.bytes), focalPx: depth.focalPx } }),
      ...(infrared && {
        infrared: { png: take(infrared.bytes), whiteAtMetre: infrared.whiteAtMetre },
      }),
      ...(lightStep !== undefined && { lightStep }),
    };
  });
}
