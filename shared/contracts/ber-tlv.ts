/** BER-TLV as EMV uses it (EMV Book 3, annex B): tags of one or two bytes, definite lengths below 65,536. */

export interface TlvObject {
  /** As EMV writes it: `4F`, `9F26`. */
  readonly tag: string;
  readonly value: Uint8Array;
}

const MORE_TAG_BYTES = 0x1f;
const CONTINUES = 0x80;
/** The longest that is read; a payment code is far shorter. */
const LONGEST = 65_535;

/** The objects one after the other, as bytes. */
export function encodeTlv(objects: readonly TlvObject[]): Uint8Array<ArrayBuffer> {
  const bytes = objects.flatMap(({ tag, value }) => [
    ...tagBytes(tag),
    ...lengthBytes(value.length),
    ...value,
  ]);
  return Uint8Array.from(bytes);
}

/** The objects that the bytes are, one level deep; undefined where they are not exactly that. */
export function decodeTlv(bytes: Uint8Array): TlvObject[] | undefined {
  const objects: TlvObject[] = [];
  let at = 0;
  while (at < bytes.length) {
    const tagLength = tagLengthAt(bytes, at);
    const length = tagLength && lengthAt(bytes, at + tagLength);
    if (!tagLength || !length) return undefined;
    const from = at + tagLength + length.bytes;
    const end = from + length.value;
    if (end > bytes.length) return undefined;
    objects.push({
      tag: hex(bytes.subarray(at, at + tagLength)),
      value: bytes.subarray(from, end),
    });
    at = end;
  }
  return objects;
}

function tagBytes(tag: string): number[] {
  return (tag.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));
}

function lengthBytes(length: number): number[] {
  if (length < CONTINUES) return [length];
  return length <= 0xff ? [0x81, length] : [0x82, length >> 8, length & 0xff];
}

function tagLengthAt(bytes: Uint8Array, at: number): 1 | 2 | undefined {
  const first = bytes[at] ?? 0;
  if ((first & MORE_TAG_BYTES) !== MORE_TAG_BYTES) return 1;
  const second = bytes[at + 1];
  return second === undefined || (second & CONTINUES) !== 0 ? undefined : 2;
}

/** Only the shortest form of a length is read, so that the same objects are never two different texts. */
function lengthAt(
  bytes: Uint8Array,
  at: number,
): { readonly value: number; readonly bytes: number } | undefined {
  const first = bytes[at];
  if (first === undefined) return undefined;
  if (first < CONTINUES) return { value: first, bytes: 1 };
  const count = first - CONTINUES;
  const rest = bytes.subarray(at + 1, at + 1 + count);
  if (count < 1 || count > 2 || rest.length < count) return undefined;
  const value = rest.reduce((sum, byte) => sum * 256 + byte, 0);
  if (value > LONGEST || lengthBytes(value).length !== count + 1) return undefined;
  return { value, bytes: count + 1 };
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'))
    .join('')
    .toUpperCase();
}
