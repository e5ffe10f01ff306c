import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cutBlobs,
  type FrameHead,
  joinPayload,
  MAX_HEAD_BYTES,
  splitPayload,
} from './terminal-frames.ts';

const takenAt = '2026-11-01T10:00:00.000Z';
const sha256 = '0'.repeat(64);

function head(colourBytes: number, depthBytes: number | undefined): FrameHead {
  const colour = { mime: 'image/jpeg', bytes: colourBytes, sha256 } as const;
  if (depthBytes === undefined) return { takenAt, colour };
  return {
    takenAt,
    colour,
    depth: { mime: 'image/png', bytes: depthBytes, sha256, focalPx: 460 },
  };
}

const blob = fc.uint8Array({ minLength: 1, maxLength: 40 });
const frames = fc.array(fc.tuple(blob, fc.option(blob, { nil: undefined })), {
  minLength: 1,
  maxLength: 5,
});

describe('a payload of head and blobs', () => {
  it('comes apart as it was joined, whatever bytes the blobs hold', () => {
    fc.assert(
      fc.property(frames, (all) => {
        const heads = all.map(([colour, depth]) => head(colour.length, depth?.length));
        const blobs = all.flatMap(([colour, depth]) => (depth ? [colour, depth] : [colour]));
        const split = splitPayload(joinPayload({ frames: heads }, blobs));
        expect(split && JSON.parse(split.head)).toEqual({ frames: heads });
        const cut = split && cutBlobs(heads, split.blobs);
        expect(cut?.map((frame) => [frame.colour, frame.depth?.png])).toEqual(all);
      }),
    );
  });

  it('is refused when the named lengths and the bytes differ by one', () => {
    const payload = joinPayload({}, [new Uint8Array([1, 2, 3])]);
    const split = splitPayload(payload);
    expect(split && cutBlobs([head(2, undefined)], split.blobs)).toBeUndefined();
    expect(split && cutBlobs([head(4, undefined)], split.blobs)).toBeUndefined();
    expect(split && cutBlobs([head(3, undefined)], split.blobs)).toHaveLength(1);
  });

  it('without a line feed is all head, and too long a head is refused', () => {
    expect(splitPayload(new TextEncoder().encode('{}'))?.blobs).toHaveLength(0);
    expect(splitPayload(new Uint8Array(MAX_HEAD_BYTES + 1).fill(0x20))).toBeUndefined();
  });
});
