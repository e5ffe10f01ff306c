import { pairedPhoneSchema } from '../../../shared/contracts/http-phones.ts';
import { ask, failureCode, jsonPost } from '../../../shared/web/http.ts';
import { makePhoneKeys, publicKeyOf } from './phone-keys.ts';
import { keptPhone } from './phone-store.ts';

export interface PairedPhone {
  readonly keys: CryptoKeyPair;
  readonly keyId: string;
}

export type Pairing =
  | { readonly ok: true; readonly phone: PairedPhone; readonly clockIsWrong: boolean }
  /** `not_found`: the link is used or too old. */
  | { readonly ok: false; readonly code: string };

/** Codes are good for a minute at hubs; a clock that is further off than this makes some of them too old or too early. */
const CLOCK_TOLERANCE_MS = 20_000;

/** The secret of the link that this page was opened by; it never goes to a server by itself. */
export function secretInAddress(): string | undefined {
  const secret = window.location.hash.slice(1);
  return secret === '' ? undefined : secret;
}

/** Takes the secret out of the address: it is not for the history. */
export function clearSecret(): void {
  window.history.replaceState(null, '', window.location.pathname + window.location.search);
}

/**
 * Makes this phone the shopper's. The key is kept before it is told, so that a second try after a lost answer tells the
 * same one.
 */
export async function pairPhone(secret: string): Promise<Pairing> {
  const kept = await keptPhone.load();
  // a phone that was paired before gets a new key with a new link
  const keys = kept && kept.keyId === null ? kept.keys : await makePhoneKeys();
  await keptPhone.save({ keys, keyId: null });
  const answer = await ask(
    '/api/phones',
    pairedPhoneSchema,
    jsonPost({ secret, publicKey: await publicKeyOf(keys) }),
  );
  if (!answer.ok) return { ok: false, code: failureCode(answer.error) };
  const { keyId, serverTime } = answer.value;
  await keptPhone.save({ keys, keyId });
  const clockIsWrong = Math.abs(Date.parse(serverTime) - Date.now()) > CLOCK_TOLERANCE_MS;
  return { ok: true, phone: { keys, keyId }, clockIsWrong };
}
