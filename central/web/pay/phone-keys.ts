import { codeSigningInput, writePaymentCode } from '../../../shared/contracts/payment-code.ts';

const KEY: EcKeyGenParams = { name: 'ECDSA', namedCurve: 'P-256' };
const SIGNATURE: EcdsaParams = { name: 'ECDSA', hash: 'SHA-256' };

/** A new key of this phone. */
export function makePhoneKeys(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(KEY, false, ['sign', 'verify']);
}

/** The public half as central takes it: SubjectPublicKeyInfo, base64. */
export async function publicKeyOf(keys: CryptoKeyPair): Promise<string> {
  const spki = new Uint8Array(await crypto.subtle.exportKey('spki', keys.publicKey));
  return btoa(String.fromCharCode(...spki));
}

/** The code of this moment, as the picture holds it. @param nowMs by this phone's clock */
export async function makeCode(
  { keys, keyId }: { readonly keys: CryptoKeyPair; readonly keyId: string },
  nowMs: number,
): Promise<string> {
  const claims = { keyId, madeAtS: Math.floor(nowMs / 1_000) };
  const text = new TextEncoder().encode(codeSigningInput(claims));
  const signature = new Uint8Array(await crypto.subtle.sign(SIGNATURE, keys.privateKey, text));
  return writePaymentCode({ ...claims, signature });
}
