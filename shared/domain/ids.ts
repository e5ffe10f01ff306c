const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const hex = (byte: number): string => HEX[byte] ?? '';

/** Makes a new UUIDv7 as text. Passed in so that tests and simulations own it. */
export type IdMaker = () => string;

/**
 * UUIDv7 (RFC 9562): 48 bits of milliseconds, then 74 random bits. Ids made later sort later, which
 * keeps B-tree inserts at the right edge.
 *
 * @param nowMs milliseconds since the Unix epoch
 * @param random 10 random bytes
 */
export function uuidV7(nowMs: number, random: Uint8Array): string {
  const time = nowMs.toString(16).padStart(12, '0');
  const byte = (i: number): number => random[i] ?? 0;
  const version = hex((byte(0) & 0x0f) | 0x70) + hex(byte(1));
  const variant = hex((byte(2) & 0x3f) | 0x80) + hex(byte(3));
  const node =
    hex(byte(4)) + hex(byte(5)) + hex(byte(6)) + hex(byte(7)) + hex(byte(8)) + hex(byte(9));
  return `${time.slice(0, 8)}-${time.slice(8)}-${version}-${variant}-${node}`;
}
