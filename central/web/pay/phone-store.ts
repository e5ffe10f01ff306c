import { BrowserRecord } from '../../../shared/web/browser-record.ts';

/** What this phone keeps. The private key cannot leave it: it is not extractable. */
export interface KeptPhone {
  readonly keys: CryptoKeyPair;
  /** As its codes carry it; null until central has taken the key. */
  readonly keyId: string | null;
}

/** Once it is forgotten no more codes are made by its key, here or elsewhere. */
export const keptPhone = new BrowserRecord<KeptPhone>({
  database: 'wuma-pay',
  store: 'phone',
  key: 'this',
});
