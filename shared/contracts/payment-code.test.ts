import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeTlv, encodeTlv } from './ber-tlv.ts';
import { CODE_LENGTH, readPaymentCode, writePaymentCode } from './payment-code.ts';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const code = fc.record({
  keyId: bytes(16).map((id) => Buffer.from(id).toString('hex')),
  madeAtS: fc.integer({ min: 0, max: 0xffff_ffff }),
  signature: bytes(64).map((signature) => Uint8Array.from(signature)),
});

describe('the text of a code', () => {
  it('is what EMV’s consumer-presented mode asks for', () => {
    const text = writePaymentCode({
      keyId: '000102030405060708090a0b0c0d0e0f',
      madeAtS: 1_795_000_000,
      signature: new Uint8Array(64).fill(0xab),
    });
    expect(text.startsWith('hQVDUFYwMWFk'), 'begins with 85 05 CPV01 61').toBe(true);
    expect(Buffer.from(text, 'base64').toString('hex')).toBe(
      [
        '85054350563031',
        '6164',
        '4f06f057554d4101',
        '635a',
        'c110000102030405060708090a0b0c0d0e0f',
        'c2046afd86c0',
        `c340${'ab'.repeat(64)}`,
      ].join(''),
    );
  });

  it('reads back, and always has its length', () => {
    fc.assert(
      fc.property(code, (made) => {
        const text = writePaymentCode(made);
        expect(text).toHaveLength(CODE_LENGTH);
        expect(readPaymentCode(text)).toEqual(made);
      }),
    );
  });

  it('with any one character changed is what it says or none', () => {
    fc.assert(
      fc.property(code, fc.nat(CODE_LENGTH - 1), fc.base64String(), (made, at, other) => {
        const text = writePaymentCode(made);
        const changed = `${text.slice(0, at)}${other[0] ?? '='}${text.slice(at + 1)}`;
        const read = readPaymentCode(changed);
        expect(read ? writePaymentCode(read) : '').toBe(read ? changed : '');
      }),
    );
  });

  it('of anything else is none', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String({ maxLength: 300 })), (text) => {
        expect(readPaymentCode(text)).toBeUndefined();
      }),
    );
  });
});

describe('BER-TLV', () => {
  it('reads back what was written, whatever the lengths', () => {
    const tag = fc.constantFrom('4F', '61', '9F26', 'DF01', 'C1');
    const objects = fc.array(fc.record({ tag, value: fc.uint8Array({ maxLength: 300 }) }));
    fc.assert(
      fc.property(objects, (written) => {
        expect(decodeTlv(encodeTlv(written))?.map(({ tag: read }) => read)).toEqual(
          written.map(({ tag: each }) => each),
        );
        expect(decodeTlv(encodeTlv(written))?.map(({ value }) => Array.from(value))).toEqual(
          written.map(({ value }) => Array.from(value)),
        );
      }),
    );
  });

  it.each([
    ['a tag without a length', [0x4f]],
    ['a value that is cut short', [0x4f, 0x02, 0x01]],
    ['a length that could be shorter', [0x4f, 0x81, 0x01, 0x00]],
    ['a length without an end', [0x61, 0x80, 0x00, 0x00]],
    ['a tag that goes on', [0x9f, 0x81, 0x01, 0x00]],
  ])('refuses %s', (_, written) => {
    expect(decodeTlv(Uint8Array.from(written))).toBeUndefined();
  });
});
