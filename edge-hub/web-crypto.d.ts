import type { webcrypto } from 'node:crypto';

/** Names that @hpke/core's types take from the browser; at the hub they are Node's. */
declare global {
  type CryptoKey = webcrypto.CryptoKey;
  type CryptoKeyPair = webcrypto.CryptoKeyPair;
}
