import { type CipherKey, createCipheriv, createDecipheriv } from 'node:crypto';

/**
 * Templates at rest (ADR 0007): sealed under the person's own key, which is wrapped by the hub's key.
 * Both by AES-256-GCM; layout: 12 bytes nonce, ciphertext, 16 bytes tag.
 */

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;

/** The bytes do not open under this key and for this person: damaged, moved to another row, or another hub's. */
export class SealBrokenError extends Error {
  override readonly name = 'SealBrokenError';
}

export type RandomBytes = (bytes: number) => Buffer;

/** A new key for one person. */
export function newPersonKey(random: RandomBytes): Buffer {
  return joinAndWipe([random(KEY_BYTES)]);
}

/** Wraps a person's key by the hub's key; bound to the person. */
export function wrapPersonKey(
  key: Buffer,
  by: { hubKey: Buffer; shopperId: string; random: RandomBytes },
): Buffer {
  return seal(key, { key: by.hubKey, context: personKeyContext(by.shopperId), random: by.random });
}

/** @throws SealBrokenError */
export function unwrapPersonKey(
  wrapped: Buffer,
  by: { hubKey: CipherKey; shopperId: string },
): Buffer {
  return open(wrapped, { key: by.hubKey, context: personKeyContext(by.shopperId) });
}

/** Wraps the key of one file of the gallery's snapshot by the hub's key; bound to that file. */
export function wrapChunkKey(
  key: Buffer,
  by: { hubKey: Buffer; chunkId: string; random: RandomBytes },
): Buffer {
  return seal(key, { key: by.hubKey, context: chunkKeyContext(by.chunkId), random: by.random });
}

/** @throws SealBrokenError */
export function unwrapChunkKey(wrapped: Buffer, by: { hubKey: Buffer; chunkId: string }): Buffer {
  return open(wrapped, { key: by.hubKey, context: chunkKeyContext(by.chunkId) });
}

export interface TemplateOwner {
  readonly shopperId: string;
  readonly packId: string;
}

/** Seals template bytes under the person's key; bound to person and pack. */
export function sealTemplate(
  plain: Uint8Array,
  by: TemplateOwner & { readonly personKey: Buffer; readonly random: RandomBytes },
): Buffer {
  return seal(plain, { key: by.personKey, context: templateContext(by), random: by.random });
}

/** @throws SealBrokenError */
export function openTemplate(
  sealed: Buffer,
  by: TemplateOwner & { readonly personKey: Buffer },
): Buffer {
  return open(sealed, { key: by.personKey, context: templateContext(by) });
}

function personKeyContext(shopperId: string): string {
  return `wuma-person-key-1\n${shopperId}`;
}

function chunkKeyContext(chunkId: string): string {
  return `wuma-chunk-key-1\n${chunkId}`;
}

function templateContext(owner: TemplateOwner): string {
  return `wuma-template-1\n${owner.shopperId}\n${owner.packId}`;
}

function seal(
  plain: Uint8Array,
  by: { key: Buffer; context: string; random: RandomBytes },
): Buffer {
  const nonce = by.random(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', by.key, nonce);
  cipher.setAAD(Buffer.from(by.context));
  const parts = [nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()];
  return joinAndWipe(parts);
}

function open(sealed: Buffer, by: { key: CipherKey; context: string }): Buffer {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) throw new SealBrokenError('too short');
  const nonce = sealed.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', by.key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(by.context));
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    return joinAndWipe([
      decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)),
      decipher.final(),
    ]);
  } catch (cause) {
    throw new SealBrokenError('does not open', { cause });
  }
}

/**
 * One buffer of all; of the parts nothing stays. It lies outside of V8's heap, where small buffers are copied about by
 * each collection, and in no pool: who wipes it wipes all there is.
 */
function joinAndWipe(parts: readonly Buffer[]): Buffer {
  const bytes = parts.reduce((sum, part) => sum + part.length, 0);
  const joined = Buffer.from(new ArrayBuffer(bytes));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
    part.fill(0);
  }
  return joined;
}
