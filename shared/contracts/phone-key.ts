import { codeKeyId } from './payment-code.ts';

export interface PhoneKey {
  /** As the phone's codes carry it. */
  readonly keyId: string;
  /** SubjectPublicKeyInfo. */
  readonly spki: Uint8Array<ArrayBuffer>;
}

/**
 * The public key of a shopper's phone, checked.
 *
 * @param publicKey SubjectPublicKeyInfo, base64
 * @returns undefined for what is not an EC key on P-256
 */
export async function phoneKey(publicKey: string): Promise<PhoneKey | undefined> {
  try {
    const spki = Uint8Array.from(atob(publicKey), (character) => character.charCodeAt(0));
    const curve = { name: 'ECDSA', namedCurve: 'P-256' };
    await crypto.subtle.importKey('spki', spki, curve, false, ['verify']);
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', spki));
    return { keyId: codeKeyId(digest), spki };
  } catch {
    return undefined;
  }
}
