import { describe, expect, it } from 'vitest';
import { embeddingOf } from '../../test/support/test-hub.ts';
import { decodeSecrets, decodeTemplate, encodeTemplate } from './template-codec.ts';

const secrets = { phone: '13800001234', phoneLast4: '1234', pin: null, minor: true };
const content = { embedding: embeddingOf('li'), keyId: '0011223344556677', ...secrets };
const base64 = (embedding: Float32Array): string =>
  Buffer.from(embedding.buffer, embedding.byteOffset, embedding.byteLength).toString('base64');

describe('the bytes of a template', () => {
  it('hold what was put in, and no text of the embedding', () => {
    const bytes = encodeTemplate(content);
    expect(decodeTemplate(bytes, 32)).toEqual(content);
    expect(decodeSecrets(bytes)).toEqual(secrets);
    expect(bytes.includes(base64(content.embedding).slice(0, 40))).toBe(false);
    // wherever they begin in a larger buffer
    const moved = Buffer.concat([Buffer.alloc(1), bytes]).subarray(1);
    expect(decodeTemplate(moved, 32)).toEqual(content);
  });

  it('are refused when cut, of another pack, or not of unit length', () => {
    const bytes = encodeTemplate(content);
    for (let length = 0; length < bytes.length; length += 1) {
      expect(decodeTemplate(bytes.subarray(0, length), 32)).toBeUndefined();
    }
    expect(decodeTemplate(bytes, 64)).toBeUndefined();
    const long = content.embedding.map((value) => 2 * value);
    expect(decodeTemplate(encodeTemplate({ ...content, embedding: long }), 32)).toBeUndefined();
    expect(decodeTemplate(Buffer.from('{"v":9}'), 32)).toBeUndefined();
  });

  it.each([
    [
      { v: 1, phoneLast4: '1234' },
      { phone: null, phoneLast4: '1234', pin: null, minor: false },
    ],
    [
      { v: 2, phoneLast4: null, pin: null, minor: true },
      { phone: null, phoneLast4: null, pin: null, minor: true },
    ],
  ])('of before are read as under no key: %o', (head, expected) => {
    const text = JSON.stringify({ ...head, embedding: base64(content.embedding) });
    const read = decodeTemplate(Buffer.from(text), 32);
    expect(read).toEqual({ ...expected, embedding: content.embedding, keyId: null });
    expect(decodeSecrets(Buffer.from(text))).toEqual(expected);
  });
});
