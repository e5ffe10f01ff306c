import { BrowserRecord } from '../../shared/web/browser-record.ts';

/** Who this browser is at the hub. The private key cannot leave the browser: it is not extractable. */
export interface DeviceIdentity {
  readonly terminalId: string;
  readonly keys: CryptoKeyPair;
}

/** The identity of this browser; none before it is paired. */
export const keptIdentity = new BrowserRecord<DeviceIdentity>({
  database: 'wuma-kiosk',
  store: 'device',
  key: 'identity',
});
