import { hkdfSync } from 'node:crypto';

/** A secret of a city (or of a group of streets) that its templates are transformed by. */
export interface TemplateKey {
  /** 16 hex digits that follow from the secret and tell nothing of it. Templates carry it. */
  readonly id: string;
  /** 32 bytes. */
  readonly secret: Buffer;
}

export const TEMPLATE_KEY_BYTES = 32;
const ID_BYTES = 8;

/** @param secret 32 bytes, drawn at random */
export function templateKey(secret: Buffer): TemplateKey {
  const id = deriveBytes(secret, 'wuma-template-key-id-1', ID_BYTES);
  return { id: id.toString('hex'), secret };
}

/** HKDF-SHA256 (RFC 5869) without a salt: the secret is uniformly random already. */
export function deriveBytes(secret: Buffer, info: string, bytes: number): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), info, bytes));
}
