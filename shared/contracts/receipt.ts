import { z } from 'zod';
import { PAYMENT_STATES } from '../domain/payment.ts';
import { currencySchema, nameSchema, timestampSchema } from './primitives.ts';

/**
 * The reference on a receipt, for example `WUMA-000042-7K3QX0ZM`: hub, sequence of the event in the hub's chain, and a check.
 * The check is the start of the sha256 of what the receipt says and of the chain before it, so that a reference holds for one
 * amount, kind and moment only, and only while nobody has rewritten what came before.
 *
 * 40 bits: whoever guesses against the check endpoint, which is limited, needs some 10^12 tries; whoever owns the hub's
 * files and a few days of a graphics card can find another history with the same check, but not with the same hash at
 * central.
 */

/** Crockford's base 32: no I, L, O, U, so that it can be read out loud. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const CHECK_LENGTH = 8;

/** What a receipt is of. */
export interface ReceiptFacts {
  readonly hubId: string;
  /** Of the event that tells of the move, and the hash of the event before it. */
  readonly seq: number;
  readonly prevHash: string;
  readonly kind: string;
  readonly paymentId: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly movedAt: string;
}

/** The text whose sha256 is the check. */
export function receiptInput(facts: ReceiptFacts): string {
  return [
    'wuma-receipt-1',
    facts.hubId,
    String(facts.seq),
    facts.prevHash,
    facts.kind,
    facts.paymentId,
    `${facts.amountMinor} ${facts.currency}`,
    facts.movedAt,
  ].join('\n');
}

/** @param digest sha256 of `receiptInput` */
export function referenceText(
  { hubId, seq }: Pick<ReceiptFacts, 'hubId' | 'seq'>,
  digest: Uint8Array,
): string {
  const check = Array.from(digest.subarray(0, CHECK_LENGTH), (byte) => ALPHABET[byte % 32]);
  return `${hubPart(hubId)}-${String(seq).padStart(6, '0')}-${check.join('')}`;
}

/** The hub's name as references have it. */
export function hubPart(hubId: string): string {
  return hubId.replace(/^hub-/, '').toUpperCase();
}

/** As people type it: any case, O for 0, I and L for 1; undefined for what is no reference. */
export function parseReference(
  text: string,
): { readonly hub: string; readonly seq: number; readonly reference: string } | undefined {
  const match = /^([A-Z0-9](?:[A-Z0-9-]{0,46}[A-Z0-9])?)-(\d{6,15})-([0-9A-Z]{4,8})$/.exec(
    text.trim().toUpperCase(),
  );
  const [, hub, digits, typed] = match ?? [];
  if (hub === undefined || digits === undefined || typed === undefined) return undefined;
  const check = typed.replaceAll('O', '0').replaceAll(/[IL]/g, '1');
  return { hub, seq: Number(digits), reference: `${hub}-${digits}-${check}` };
}

/** What a hub or central says of a reference: where and how much, never who. */
export const receiptCheckSchema = z.object({
  reference: z.string(),
  kind: z.enum(['capture', 'refund', 'reverse']),
  amountMinor: z.string().regex(/^\d{1,13}$/),
  currency: currencySchema,
  /** Of a capture what was not to be paid, of a refund or reversal what was not paid back; absent without a campaign. */
  discountMinor: z.string().optional(),
  at: timestampSchema,
  hubId: nameSchema,
  shopId: nameSchema,
  /** How the payment stands now. */
  state: z.enum(PAYMENT_STATES),
  /**
   * `chain`: the check was made anew from the books and the chain before them. `books`: the books have it; receipts of
   * before the chained check.
   */
  proof: z.enum(['chain', 'books']),
});
export type ReceiptCheck = z.infer<typeof receiptCheckSchema>;
