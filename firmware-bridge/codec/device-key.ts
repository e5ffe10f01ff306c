import { createPrivateKey, type KeyObject, sign } from 'node:crypto';

/** What a terminal signs with. A device with a secure element puts its own behind this. */
export interface DeviceKey {
  /** ES256 over the UTF-8 bytes of `text`: 64 bytes r||s (ieee-p1363). */
  sign(text: string): Uint8Array;
}

/** The key is not one that a terminal may have. */
export class UnsuitableKeyError extends Error {
  override readonly name = 'UnsuitableKeyError';
}

/**
 * A device key from its PEM (PKCS #8 or SEC 1), kept in memory.
 *
 * @throws UnsuitableKeyError when it is not an EC key on P-256
 */
export function deviceKeyFromPem(pem: string): DeviceKey {
  return deviceKeyFrom(createPrivateKey(pem));
}

/** The same from a key object. @throws UnsuitableKeyError when it is not an EC key on P-256 */
export function deviceKeyFrom(key: KeyObject): DeviceKey {
  const curve = key.asymmetricKeyDetails?.namedCurve;
  if (key.asymmetricKeyType !== 'ec' || curve !== 'prime256v1') {
    throw new UnsuitableKeyError('a device key is an EC key on the curve P-256');
  }
  return {
    sign: (text) => sign('sha256', Buffer.from(text, 'utf8'), { key, dsaEncoding: 'ieee-p1363' }),
  };
}
