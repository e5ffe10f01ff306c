import { createHash } from 'node:crypto';

/** Crockford's base 32: no I, L, O, U, so that it can be read out loud. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const CHECK_LENGTH = 4;

/**
 * The receipt's reference, for example `WUMA-000042-7K3Q`: hub, sequence of the event in the hub's chain, and
 * a check over both and the payment's id, so that a mistyped or invented reference is told from a real one.
 */
export function receiptReference(payment: {
  readonly hubId: string;
  readonly seq: number;
  readonly paymentId: string;
}): string {
  const hub = payment.hubId.replace(/^hub-/, '').toUpperCase();
  const digest = createHash('sha256')
    .update(['wuma-reference-1', payment.hubId, String(payment.seq), payment.paymentId].join('\n'))
    .digest();
  const check = Array.from(digest.subarray(0, CHECK_LENGTH), (byte) => ALPHABET[byte % 32]).join(
    '',
  );
  return `${hub}-${String(payment.seq).padStart(6, '0')}-${check}`;
}
