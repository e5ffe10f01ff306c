import { and, eq, gt, isNull, lt, or, sql } from 'drizzle-orm';
import type { HubEvent } from '../../shared/contracts/hub-events.ts';
import type { FoundDifference } from '../../shared/contracts/reconciliation.ts';
import type { Executor } from '../db/database.ts';
import { paymentCodes, phoneLinks, shopperPhones } from '../db/schema.ts';

/** Keeps a link for as long as it is good; those of before that nobody used are dropped. */
export async function putLink(
  tx: Executor,
  link: { readonly secretHash: string; readonly shopperId: string; readonly expiresAt: Date },
  now: Date,
): Promise<void> {
  await tx
    .delete(phoneLinks)
    .where(and(eq(phoneLinks.shopperId, link.shopperId), lt(phoneLinks.expiresAt, now)));
  await tx.insert(phoneLinks).values(link).onConflictDoNothing();
}

/**
 * Uses a link for a key.
 *
 * @returns whose it is; undefined where there is no such link, it is too old, or another key has used it
 */
export async function useLink(
  tx: Executor,
  use: { readonly secretHash: string; readonly keyId: string; readonly now: Date },
): Promise<string | undefined> {
  const { secretHash, keyId, now } = use;
  const [link] = await tx
    .update(phoneLinks)
    .set({ keyId })
    .where(
      and(
        eq(phoneLinks.secretHash, secretHash),
        gt(phoneLinks.expiresAt, now),
        or(isNull(phoneLinks.keyId), eq(phoneLinks.keyId, keyId)),
      ),
    )
    .returning({ shopperId: phoneLinks.shopperId });
  return link?.shopperId;
}

/** Makes a phone the shopper's. @returns false where it was that already, or the key is somebody else's */
export async function putPhone(
  tx: Executor,
  phone: typeof shopperPhones.$inferInsert,
): Promise<boolean> {
  const { shopperId, keyId } = phone;
  const [known] = await tx.select().from(shopperPhones).where(eq(shopperPhones.keyId, keyId));
  if (known) return false;
  await tx.delete(shopperPhones).where(eq(shopperPhones.shopperId, shopperId));
  await tx.insert(shopperPhones).values(phone);
  return true;
}

/** @returns false where there was none */
export async function dropPhone(tx: Executor, shopperId: string): Promise<boolean> {
  const dropped = await tx
    .delete(shopperPhones)
    .where(eq(shopperPhones.shopperId, shopperId))
    .returning({ keyId: shopperPhones.keyId });
  return dropped.length > 0;
}

export async function dropLinks(tx: Executor, shopperId: string): Promise<void> {
  await tx.delete(phoneLinks).where(eq(phoneLinks.shopperId, shopperId));
}

/** Keeps which code a payment was paid by; of a payment by another way, nothing. */
export async function putPaymentCodes(tx: Executor, events: readonly HubEvent[]): Promise<void> {
  const rows = events.flatMap(({ source: hubId, occurredAt, data }) =>
    'codeId' in data && data.codeId !== undefined
      ? [{ hubId, paymentId: data.paymentId, codeId: data.codeId, usedAt: new Date(occurredAt) }]
      : [],
  );
  if (rows.length > 0) await tx.insert(paymentCodes).values(rows).onConflictDoNothing();
}

/** Payments of a hub by a code that had paid for another one before, there or elsewhere. */
export async function codesUsedAgain(db: Executor, hubId: string): Promise<FoundDifference[]> {
  const rows = await db.execute<{
    payment_id: string;
    code_id: string;
    first_hub: string;
    first_payment: string;
  }>(sql`
    select payment_id, code_id, first_hub, first_payment from (
      select hub_id, payment_id, code_id,
             first_value(hub_id) over by_use as first_hub,
             first_value(payment_id) over by_use as first_payment,
             row_number() over by_use as place
      from ${paymentCodes}
      where code_id in (select code_id from ${paymentCodes} where hub_id = ${hubId})
      window by_use as (partition by code_id order by used_at, hub_id, payment_id)
    ) as uses
    where hub_id = ${hubId} and place > 1 order by code_id, payment_id`);
  return rows.map(({ payment_id, first_hub, first_payment }) => ({
    code: 'code_used_twice',
    subject: `payment ${payment_id}`,
    seq: null,
    detail: `its code had paid for payment ${first_payment} at ${first_hub}`,
  }));
}
