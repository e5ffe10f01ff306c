import { createHash, generateKeyPairSync, verify } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutBlobs, splitPayload } from '../../shared/contracts/terminal-frames.ts';
import { probeSchema, probeSigningInput } from '../../shared/contracts/terminal-messages.ts';
import { uuidV7 } from '../../shared/domain/ids.ts';
import { deviceKeyFrom, deviceKeyFromPem, UnsuitableKeyError } from './device-key.ts';
import { encodeProbe, type ProbeContent } from './probe.ts';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const key = deviceKeyFrom(privateKey);
const takenAt = '2026-11-24T09:00:00.000Z';
const uuid = (n: number): string => uuidV7(n, new Uint8Array(10).fill(n));

const content: ProbeContent = {
  requestId: uuid(1),
  version: 1,
  occurredAtMs: Date.parse(takenAt),
  terminalId: 'shop-t1',
  paymentId: uuid(2),
  challenge: 'challenge-of-the-hub',
  amountMinor: 1_250n,
  currency: 'CNY',
  frames: [{ takenAt, colour: Uint8Array.of(1, 2, 3) }],
};

function read(payload: Uint8Array) {
  const split = splitPayload(payload);
  if (!split) throw new Error('the head is too long');
  const { data, ...envelope } = probeSchema.parse(JSON.parse(split.head));
  return { envelope, data, frames: cutBlobs(data.frames, split.blobs) };
}

function isSigned(terminalId: string, data: ReturnType<typeof read>['data']): boolean {
  const text = Buffer.from(probeSigningInput(terminalId, data));
  const signature = Buffer.from(data.signature.value, 'base64');
  return verify('sha256', text, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature);
}

const blob = fc.uint8Array({ minLength: 1, maxLength: 60 });
const anyFrames = fc.array(
  fc.record({
    takenAt: fc.constant(takenAt),
    colour: blob,
    depth: fc.option(
      fc.record({ png: blob, focalPx: fc.double({ min: 50, max: 5_000, noNaN: true }) }),
      { nil: undefined },
    ),
    infrared: fc.option(
      fc.record({ png: blob, whiteAtMetre: fc.double({ min: 100, max: 65_535, noNaN: true }) }),
      { nil: undefined },
    ),
    lightStep: fc.option(fc.nat(4), { nil: undefined }),
  }),
  { minLength: 1, maxLength: 5 },
);

describe('encodeProbe', () => {
  it('is read back by the contract, with every byte and a good signature, whatever the pictures hold', () => {
    fc.assert(
      fc.property(anyFrames, (some) => {
        const frames = some.map(({ depth, infrared, lightStep, ...rest }) => ({
          ...rest,
          ...(depth && { depth }),
          ...(depth && infrared && { infrared }),
          ...(lightStep !== undefined && { lightStep }),
        }));
        const { envelope, data, frames: cut } = read(encodeProbe({ ...content, frames }, key));
        expect(envelope).toMatchObject({ id: content.requestId, source: 'shop-t1', version: 1 });
        expect(cut).toEqual(frames);
        expect(isSigned('shop-t1', data)).toBe(true);
        data.frames.forEach((head, i) => {
          const hash = createHash('sha256')
            .update(frames[i]?.colour ?? '')
            .digest('hex');
          expect(head.colour.sha256).toBe(hash);
        });
      }),
    );
  });

  it('binds terminal, challenge, payment, amount, currency, time and pictures', () => {
    const { data } = read(encodeProbe(content, key));
    expect(isSigned('shop-t1', data)).toBe(true);
    expect(isSigned('shop-t2', data)).toBe(false);
    const [frame] = data.frames;
    if (!frame) throw new Error('a frame was sent');
    const changes: Partial<typeof data>[] = [
      { challenge: 'challenge-of-another' },
      { paymentId: uuid(3) },
      { amountMinor: 1_251n },
      { currency: 'HKD' },
      { frames: [{ ...frame, takenAt: '2026-11-24T09:00:00.001Z' }] },
      { frames: [{ ...frame, colour: { ...frame.colour, sha256: '0'.repeat(64) } }] },
      { frames: [frame, frame] },
    ];
    for (const change of changes) expect(isSigned('shop-t1', { ...data, ...change })).toBe(false);
  });

  it('binds the infrared picture, which comes beside depth only', () => {
    const picture = Uint8Array.of(7, 8, 9);
    const infrared = { png: picture, whiteAtMetre: 9_000 };
    const depth = { png: picture, focalPx: 365 };
    const frame = { takenAt, colour: picture, depth, infrared };
    const { data } = read(encodeProbe({ ...content, frames: [frame] }, key));
    const [head] = data.frames;
    expect(isSigned('shop-t1', data)).toBe(true);
    if (!head?.infrared) throw new Error('infrared was sent');
    const other = { ...head, infrared: { ...head.infrared, sha256: '0'.repeat(64) } };
    expect(isSigned('shop-t1', { ...data, frames: [other] })).toBe(false);
    const alone = { takenAt, colour: picture, infrared };
    expect(read(encodeProbe({ ...content, frames: [alone] }, key)).frames).toBeUndefined();
  });

  it('binds what was bought, where it says so', () => {
    const { data } = read(encodeProbe({ ...content, items: ['tea', 'cake'] }, key));
    expect(isSigned('shop-t1', data)).toBe(true);
    expect(isSigned('shop-t1', { ...data, items: ['tea'] })).toBe(false);
    const { items: _, ...without } = data;
    expect(isSigned('shop-t1', without)).toBe(false);
  });

  it('names the kind of each picture by its bytes', () => {
    const kinds = [
      ['image/png', [0x89, 0x50, 0x4e, 0x47]],
      ['image/webp', [...Buffer.from('RIFF1234WEBP')]],
      ['image/jpeg', [0xff, 0xd8, 0xff]],
    ] as const;
    for (const [mime, bytes] of kinds) {
      const frames = [{ takenAt, colour: Uint8Array.from(bytes) }];
      expect(read(encodeProbe({ ...content, frames }, key)).data.frames[0]?.colour.mime).toBe(mime);
    }
  });
});

describe('a device key', () => {
  it('is on P-256 and nothing else', () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
    const pem = other.export({ type: 'pkcs8', format: 'pem' }).toString();
    expect(() => deviceKeyFromPem(pem)).toThrow(UnsuitableKeyError);
    expect(() => deviceKeyFrom(generateKeyPairSync('ed25519').privateKey)).toThrow(
      UnsuitableKeyError,
    );
  });
});
