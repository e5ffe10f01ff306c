import { pairingSchema } from '../../shared/contracts/http-hub.ts';
import { ask, failureCode, jsonPost } from '../../shared/web/http.ts';
import { makeDeviceKeys, publicKeySpki } from './device-key.ts';
import { type DeviceIdentity, keptIdentity } from './device-store.ts';

export type Pairing =
  | { readonly ok: true; readonly identity: DeviceIdentity }
  | { readonly ok: false; readonly code: string };

/** Registers a new key of this browser at the hub for the operator's pairing code, and keeps it here. */
export async function pair(code: string): Promise<Pairing> {
  const keys = await makeDeviceKeys();
  const body = { code, publicKeySpki: await publicKeySpki(keys) };
  const answer = await ask('/api/pairings', pairingSchema, jsonPost(body));
  if (!answer.ok) return { ok: false, code: failureCode(answer.error) };
  const identity = { terminalId: answer.value.terminalId, keys };
  await keptIdentity.save(identity);
  return { ok: true, identity };
}

/** The operator's pairing code in `?code=`, or an empty text. */
export function codeInAddress(): string {
  return new URLSearchParams(window.location.search).get('code') ?? '';
}
