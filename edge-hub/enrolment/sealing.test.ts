import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { openReplica, sealingKeyPair, sealReplica } from './replica-sealing.ts';
import {
  newPersonKey,
  openTemplate,
  SealBrokenError,
  sealTemplate,
  unwrapPersonKey,
  wrapPersonKey,
} from './sealing.ts';

const random = (bytes: number): Buffer => randomBytes(bytes);
const plain = randomBytes(2_048);
const flipped = (bytes: Buffer, at: number): Buffer => {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(at) ^ 1, at);
  return copy;
};

describe('a template at rest', () => {
  const personKey = newPersonKey(random);
  const owner = { shopperId: 'li', packId: 'open-1' };
  const sealed = sealTemplate(plain, { ...owner, personKey, random });

  it('opens for its owner, and no two seals are alike', () => {
    expect(openTemplate(sealed, { ...owner, personKey }).equals(plain)).toBe(true);
    const again = sealTemplate(plain, { ...owner, personKey, random });
    expect(again.subarray(12, 44).equals(sealed.subarray(12, 44))).toBe(false);
  });

  it.each([
    ['in another person’s row', sealed, { shopperId: 'wang' }],
    ['under another pack', sealed, { packId: 'open-2' }],
    ['by another person’s key', sealed, { personKey: newPersonKey(random) }],
    ['with a changed nonce', flipped(sealed, 0), {}],
    ['with a changed body', flipped(sealed, 100), {}],
    ['with a changed tag', flipped(sealed, sealed.length - 1), {}],
    ['without its tag', sealed.subarray(0, -16), {}],
    ['cut to nothing', sealed.subarray(0, 27), {}],
  ])('does not open %s', (_, bytes, change) => {
    expect(() => openTemplate(bytes, { ...owner, personKey, ...change })).toThrow(SealBrokenError);
  });
});

describe('a person’s key', () => {
  const hubKey = randomBytes(32);
  const personKey = newPersonKey(random);
  const wrapped = wrapPersonKey(personKey, { hubKey, shopperId: 'li', random });

  it('is unwrapped by the hub for that person alone', () => {
    expect(unwrapPersonKey(wrapped, { hubKey, shopperId: 'li' }).equals(personKey)).toBe(true);
    expect(() => unwrapPersonKey(wrapped, { hubKey, shopperId: 'wang' })).toThrow(SealBrokenError);
    const other = randomBytes(32);
    expect(() => unwrapPersonKey(wrapped, { hubKey: other, shopperId: 'li' })).toThrow(
      SealBrokenError,
    );
  });

  it('cannot be taken for a template', () => {
    const asTemplate = { shopperId: 'li', packId: 'open-1', personKey: hubKey };
    expect(() => openTemplate(wrapped, asTemplate)).toThrow(SealBrokenError);
  });
});

describe('a replica', () => {
  const address = { hubId: 'hub-b', shopperId: 'li', packId: 'open-1' };

  it('opens at the hub that it is for and at no other, not even under its name', async () => {
    const [mine, other] = await Promise.all([
      sealingKeyPair(randomBytes(32)),
      sealingKeyPair(randomBytes(32)),
    ]);
    const sealed = await sealReplica(plain, mine.publicKey, address);
    const opened = await openReplica(sealed, mine.privateKey, address);
    expect(opened && Buffer.from(opened).equals(plain)).toBe(true);
    expect(await openReplica(sealed, other.privateKey, address)).toBeUndefined();
  });

  it.each([{ hubId: 'hub-c' }, { shopperId: 'wang' }, { packId: 'open-2' }])(
    'does not open under another address: %o',
    async (change) => {
      const mine = await sealingKeyPair(randomBytes(32));
      const sealed = await sealReplica(plain, mine.publicKey, address);
      const wrong = { ...address, ...change };
      expect(await openReplica(sealed, mine.privateKey, wrong)).toBeUndefined();
    },
  );

  it('is for the same hub after a restart: the key pair follows from the seed', async () => {
    const seed = randomBytes(32);
    const [before, after] = await Promise.all([sealingKeyPair(seed), sealingKeyPair(seed)]);
    const sealed = await sealReplica(plain, before.publicKey, address);
    expect(await openReplica(sealed, after.privateKey, address)).toBeDefined();
  });
});
