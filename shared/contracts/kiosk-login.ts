import { z } from 'zod';
import { nameSchema, timestampSchema } from './primitives.ts';

/**
 * How a browser kiosk proves itself on MQTT over WebSocket, where it can't show a client certificate:
 * client id and user name are the terminal id, the password is this token as JSON, signed (ES256,
 * ieee-p1363, base64) by the key that it registered when it was paired. A token is good for one login
 * within two minutes.
 */
export const kioskLoginSchema = z.strictObject({
  terminalId: nameSchema,
  at: timestampSchema,
  nonce: z.base64().min(16).max(64),
  signature: z.base64().max(200),
});

export const KIOSK_LOGIN_MAX_AGE_MS = 120_000;

/** The text that the kiosk's key signs. */
export function kioskLoginSigningInput(login: {
  readonly terminalId: string;
  readonly at: string;
  readonly nonce: string;
}): string {
  return ['wuma-kiosk-login-1', login.terminalId, login.at, login.nonce].join('\n');
}
