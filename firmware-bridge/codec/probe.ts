import { createHash } from 'node:crypto';
import type { z } from 'zod';
import {
  type FrameHead,
  joinPayload,
  type ProbeFrame,
} from '../../shared/contracts/terminal-frames.ts';
import { type probeSchema, probeSigningInput } from '../../shared/contracts/terminal-messages.ts';
import type { Currency } from '../../shared/domain/money.ts';
import type { DeviceKey } from './device-key.ts';

export interface ProbeContent {
  /** Id of the message, a UUIDv7; the same id means the same bytes. */
  readonly requestId: string;
  /** From 2 on the hub may answer by a question. */
  readonly version: 1 | 2 | 3;
  /** Only to be authorised. */
  readonly capture?: 'later' | undefined;
  /** What was bought; where the hub takes it. */
  readonly items?: readonly string[] | undefined;
  /** Milliseconds since the Unix epoch at which the message is made. */
  readonly occurredAtMs: number;
  readonly terminalId: string;
  readonly paymentId: string;
  readonly challenge: string;
  readonly amountMinor: bigint;
  readonly currency: Currency;
  readonly frames: readonly ProbeFrame[];
}

/**
 * A signed probe as one MQTT payload: JSON head, line feed, blobs (`terminal-frames.ts`).
 *
 * @returns the payload; deterministic but for the signature, so a repeat must send the same bytes
 */
export function encodeProbe(content: ProbeContent, key: DeviceKey): Uint8Array {
  const frames = content.frames.map(frameHead);
  const { terminalId, paymentId, challenge, amountMinor, currency, capture, items } = content;
  const text = probeSigningInput(terminalId, {
    paymentId,
    challenge,
    amountMinor,
    currency,
    capture,
    items,
    frames,
  });
  const head: z.input<typeof probeSchema> = {
    id: content.requestId,
    type: 'payment.probe',
    version: content.version,
    occurredAt: new Date(content.occurredAtMs).toISOString(),
    source: terminalId,
    data: {
      paymentId,
      challenge,
      amountMinor: amountMinor.toString(),
      currency,
      frames,
      ...(capture !== undefined && { capture }),
      ...(items !== undefined && { items }),
      signature: {
        format: 'ieee-p1363',
        value: Buffer.from(key.sign(text)).toString('base64'),
      },
    },
  };
  return joinPayload(head, blobsOf(content.frames));
}

function blobsOf(frames: readonly ProbeFrame[]): Uint8Array[] {
  return frames.flatMap(({ colour, depth, infrared }) =>
    [colour, depth?.png, infrared?.png].filter((bytes) => bytes !== undefined),
  );
}

function frameHead(frame: ProbeFrame): FrameHead {
  const colour = {
    mime: mimeOf(frame.colour),
    bytes: frame.colour.byteLength,
    sha256: sha256Hex(frame.colour),
  };
  const { takenAt, depth, infrared, lightStep } = frame;
  return {
    takenAt,
    colour,
    ...(depth && { depth: { ...pngHead(depth.png), focalPx: depth.focalPx } }),
    ...(infrared && {
      infrared: { ...pngHead(infrared.png), whiteAtMetre: infrared.whiteAtMetre },
    }),
    ...(lightStep !== undefined && { lightStep }),
  };
}

function pngHead(png: Uint8Array) {
  return { mime: 'image/png', bytes: png.byteLength, sha256: sha256Hex(png) } as const;
}

function sha256Hex(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** By the file's first bytes; what is none of the three is called a JPEG and left for the hub to refuse. */
function mimeOf(bytes: Uint8Array): FrameHead['colour']['mime'] {
  const ascii = (from: number, to: number): string =>
    String.fromCharCode(...bytes.subarray(from, to));
  if (ascii(1, 4) === 'PNG') return 'image/png';
  if (ascii(0, 4) === 'RIFF' && ascii(8, 12) === 'WEBP') return 'image/webp';
  return 'image/jpeg';
}
