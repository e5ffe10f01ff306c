import { z } from 'zod';
import { decodeTlv, encodeTlv, type TlvObject } from './ber-tlv.ts';

/**
 * The one-time code on a shopper's phone: EMV QR Code Specification for Payment Systems, consumer-presented mode, version
 * 1.1. The text in the picture is base64 of BER-TLV:
 *
 *   85  payload format indicator, `CPV01`
 *   61  application template
 *     4F  application identifier
 *     63  application-specific transparent template
 *       C1  key id: the first 16 bytes of the sha256 of the phone's public key (SubjectPublicKeyInfo)
 *       C2  when it was made: seconds since 1970, 4 bytes, big-endian
 *       C3  ES256 signature over `codeSigningInput`: 64 bytes, r||s
 *
 * C1 to C3 are of the private class, which the application gives its meaning. No name, number or amount is in it; the amount
 * is the terminal's.
 */

export interface PaymentCode {
  /** 16 bytes, hex. */
  readonly keyId: string;
  /** Seconds since 1970. */
  readonly madeAtS: number;
  /** 64 bytes, r||s. */
  readonly signature: Uint8Array<ArrayBuffer>;
}

/** A phone's public key: SubjectPublicKeyInfo of an EC key on P-256, base64. */
export const phoneKeySchema = z.base64().length(124);
/** What tells one code from all others: the key's id and the time, hex. */
export const codeIdSchema = z.string().regex(/^[0-9a-f]{40}$/);

/** A code is shown for so long; then the next one is. */
export const CODE_SHOWN_MS = 30_000;
/** A hub takes a code for so long: as it is shown, and the time to hold it up. */
export const CODE_GOOD_MS = 60_000;
/** So far a phone's clock may be ahead of the hub's. */
export const CODE_AHEAD_MS = 30_000;
/** Characters of a code's text, all of them alike. */
export const CODE_LENGTH = 148;

const FORMAT = bytesOf('CPV01');
/** Of the class that is registered with nobody (ISO/IEC 7816-5: F): `WUMA`, 1. */
const APPLICATION_ID = Uint8Array.of(0xf0, 0x57, 0x55, 0x4d, 0x41, 0x01);
const KEY_ID_BYTES = 16;
const SIGNATURE_BYTES = 64;
const TIME_BYTES = 4;

/** The text that the phone's key signs. */
export function codeSigningInput({ keyId, madeAtS }: Omit<PaymentCode, 'signature'>): string {
  return ['wuma-code-1', keyId, String(madeAtS)].join('\n');
}

/** The text that the picture holds. */
export function writePaymentCode({ keyId, madeAtS, signature }: PaymentCode): string {
  const time = new Uint8Array(TIME_BYTES);
  new DataView(time.buffer).setUint32(0, madeAtS);
  const token = encodeTlv([
    { tag: 'C1', value: Uint8Array.from(keyId.match(/../g) ?? [], (pair) => Number(`0x${pair}`)) },
    { tag: 'C2', value: time },
    { tag: 'C3', value: signature },
  ]);
  const application = encodeTlv([
    { tag: '4F', value: APPLICATION_ID },
    { tag: '63', value: token },
  ]);
  const code = encodeTlv([
    { tag: '85', value: FORMAT },
    { tag: '61', value: application },
  ]);
  return btoa(String.fromCharCode(...code));
}

/** What a text is as a code, unproven; undefined for any text that `writePaymentCode` does not write. */
export function readPaymentCode(text: string): PaymentCode | undefined {
  if (text.length !== CODE_LENGTH) return undefined;
  const bytes = fromBase64(text);
  const [format, application] = (bytes && valuesOf(bytes, '85', '61')) ?? [];
  const [id, token] = (application && valuesOf(application, '4F', '63')) ?? [];
  const [keyId, time, signature] = (token && valuesOf(token, 'C1', 'C2', 'C3')) ?? [];
  if (!format || !id || !keyId || !time || !signature) return undefined;
  const isOurs =
    isSame(format, FORMAT) &&
    isSame(id, APPLICATION_ID) &&
    keyId.length === KEY_ID_BYTES &&
    time.length === TIME_BYTES &&
    signature.length === SIGNATURE_BYTES;
  if (!isOurs) return undefined;
  const madeAtS = time.reduce((sum, byte) => sum * 256 + byte, 0);
  return { keyId: hexOf(keyId), madeAtS, signature: Uint8Array.from(signature) };
}

/** @returns as `codeIdSchema` */
export function codeId({ keyId, madeAtS }: Omit<PaymentCode, 'signature'>): string {
  return `${keyId}${madeAtS.toString(16).padStart(2 * TIME_BYTES, '0')}`;
}

/** The id of a phone's key in its codes. @param digest sha256 of the public key's SubjectPublicKeyInfo */
export function codeKeyId(digest: Uint8Array): string {
  return hexOf(digest.subarray(0, KEY_ID_BYTES));
}

/** The values of exactly these tags in this order. */
function valuesOf(bytes: Uint8Array, ...tags: readonly string[]): Uint8Array[] | undefined {
  const objects: TlvObject[] = decodeTlv(bytes) ?? [];
  const isThat = objects.length === tags.length && objects.every(({ tag }, i) => tag === tags[i]);
  return isThat ? objects.map(({ value }) => value) : undefined;
}

function fromBase64(text: string): Uint8Array | undefined {
  try {
    const binary = atob(text);
    // the same bytes in another writing are not the same code
    return btoa(binary) === text ? bytesOf(binary) : undefined;
  } catch {
    return undefined;
  }
}

function bytesOf(binary: string): Uint8Array {
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
