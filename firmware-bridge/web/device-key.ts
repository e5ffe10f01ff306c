const KEY: EcKeyGenParams = { name: 'ECDSA', namedCurve: 'P-256' };
const SIGNATURE: EcdsaParams = { name: 'ECDSA', hash: 'SHA-256' };

/** A new device key. The public half can be exported to the hub, the private half never. */
export function makeDeviceKeys(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(KEY, false, ['sign', 'verify']);
}

/** The public key as the hub registers it: SubjectPublicKeyInfo, base64. */
export async function publicKeySpki(keys: CryptoKeyPair): Promise<string> {
  return toBase64(new Uint8Array(await crypto.subtle.exportKey('spki', keys.publicKey)));
}

/** ES256 signature of a text, ieee-p1363 (64 bytes r||s), base64. */
export async function signText(keys: CryptoKeyPair, text: string): Promise<string> {
  const bytes = new TextEncoder().encode(text);
  return toBase64(new Uint8Array(await crypto.subtle.sign(SIGNATURE, keys.privateKey, bytes)));
}

export async function sha256Hex(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function toBase64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}
