import { and, asc, count, desc, eq, gte, isNotNull, lte, sql } from 'drizzle-orm';
import type { HubDatabase } from '../db/database.ts';
import { placeholders } from '../db/placeholders.ts';
import { attempts, moveRequests, paymentMoves, payments, postings } from '../db/schema.ts';

/** Payments at a shop after which somebody is its regular; no more of them are counted. */
export const REGULAR_FROM = 3;

export type LedgerStatements = ReturnType<typeof prepareLedger>;

const TERMS = [
  'paymentId',
  'terminalId',
  'shopId',
  'merchantId',
  'amountMinor',
  'currency',
] as const;
const STANDING = ['state', 'refundedMinor', 'shopperId', 'way', 'authorisedAt'] as const;
const ENDS = ['expiresAt', 'capturedAt', 'reference', 'resultOf', 'onAllowance'] as const;

/** The statements of every payment, prepared once. */
export function prepareLedger(db: HubDatabase) {
  return { ...prepareReads(db), ...prepareWrites(db) };
}

function prepareReads(db: HubDatabase) {
  const { requestId, paymentId, shopperId } = placeholders('requestId', 'paymentId', 'shopperId');
  const { shopId, terminalId } = placeholders('shopId', 'terminalId');
  const { since, now, limit } = placeholders('since', 'now', 'limit');
  const paidAt = and(
    eq(payments.shopperId, shopperId),
    eq(payments.shopId, shopId),
    isNotNull(payments.capturedAt),
  );
  const sumOf = sql<string>`cast(coalesce(sum(${paymentMoves.amountMinor}), 0) as text)`;
  const isKnown = sql<number>`exists (select 1 from ${attempts} where ${eq(attempts.requestId, requestId)})
    or exists (select 1 from ${moveRequests} where ${eq(moveRequests.requestId, requestId)})
    or exists (select 1 from ${payments} where ${eq(payments.paymentId, paymentId)})`;
  return {
    known: db.select({ isKnown }).from(sql`(select 1)`).prepare(),
    attempt: db.select().from(attempts).where(eq(attempts.requestId, requestId)).prepare(),
    moveRequest: db
      .select()
      .from(moveRequests)
      .where(eq(moveRequests.requestId, requestId))
      .prepare(),
    payment: db.select().from(payments).where(eq(payments.paymentId, paymentId)).prepare(),
    timesPaidAt: db
      .select({ times: count() })
      .from(sql`(select 1 from ${payments} where ${paidAt} limit ${sql.raw(String(REGULAR_FROM))})`)
      .prepare(),
    refundedBy: db
      .select({ sum: sumOf })
      .from(paymentMoves)
      .where(
        and(
          // as the index has it: a parameter in its place would not use it
          sql`${paymentMoves.kind} = 'refund'`,
          eq(paymentMoves.terminalId, terminalId),
          gte(paymentMoves.movedAt, since),
        ),
      )
      .prepare(),
    capturedAtShop: db
      .select()
      .from(payments)
      .where(and(eq(payments.shopId, shopId), isNotNull(payments.capturedAt)))
      .orderBy(desc(payments.capturedAt), desc(payments.paymentId))
      .limit(limit)
      .prepare(),
    expired: db
      .select()
      .from(payments)
      .where(and(sql`${payments.state} = 'authorised'`, lte(payments.expiresAt, now)))
      .orderBy(asc(payments.expiresAt))
      .limit(limit)
      .prepare(),
    sumsByKind: db
      .select({ kind: paymentMoves.kind, rows: count(), sum: sumOf })
      .from(paymentMoves)
      .groupBy(paymentMoves.kind)
      .prepare(),
    postingRows: db.select({ rows: count() }).from(postings).prepare(),
  };
}

function prepareWrites(db: HubDatabase) {
  const terms = placeholders(...TERMS);
  const standing = placeholders(...STANDING);
  const ends = placeholders(...ENDS);
  return {
    attempted: db
      .insert(attempts)
      .values({
        ...placeholders('paymentId', 'terminalId', 'amountMinor', 'currency'),
        ...placeholders('requestId', 'inputHash', 'shopName', 'outcome'),
        ...placeholders('code', 'replyJson', 'decidedAt'),
      })
      .prepare(),
    moveRequested: db
      .insert(moveRequests)
      .values({
        ...placeholders('requestId', 'inputHash', 'kind', 'paymentId', 'terminalId'),
        ...placeholders('amountMinor', 'currency', 'code', 'replyJson', 'decidedAt'),
      })
      .prepare(),
    decline: db
      .insert(payments)
      .values({ ...terms, state: 'declined', refundedMinor: 0n, resultOf: ends.resultOf })
      // `excluded` is the row that the insert would have made
      .onConflictDoUpdate({
        target: payments.paymentId,
        set: { resultOf: sql`excluded.result_of` },
      })
      .prepare(),
    begin: db
      .insert(payments)
      .values({ ...terms, ...standing, ...ends })
      .prepare(),
    change: db
      .update(payments)
      .set({
        state: sql`${standing.state}`,
        refundedMinor: sql`${standing.refundedMinor}`,
        shopperId: sql`${standing.shopperId}`,
        way: sql`${standing.way}`,
        authorisedAt: sql`${standing.authorisedAt}`,
        expiresAt: sql`${ends.expiresAt}`,
        capturedAt: sql`${ends.capturedAt}`,
        reference: sql`${ends.reference}`,
        resultOf: sql`${ends.resultOf}`,
        onAllowance: sql`${ends.onAllowance}`,
      })
      .where(eq(payments.paymentId, terms.paymentId))
      .prepare(),
    moved: db
      .insert(paymentMoves)
      .values({
        ...placeholders('moveId', 'paymentId', 'kind', 'amountMinor', 'currency'),
        ...placeholders('terminalId', 'eventSeq', 'reference', 'movedAt'),
        nth: sql`(select count(*) + 1 from payment_move where payment_id = ${terms.paymentId})`,
      })
      .prepare(),
    post: db
      .insert(postings)
      .values({
        ...placeholders('moveId', 'paymentId', 'line', 'debit', 'credit'),
        ...placeholders('amountMinor', 'currency', 'bookedAt'),
      })
      .prepare(),
  };
}
