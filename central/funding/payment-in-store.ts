import { and, asc, desc, eq, exists, inArray, lte, or, sql } from 'drizzle-orm';
import type { FundingSourceName } from '../../shared/contracts/http-funding.ts';
import type { Executor } from '../db/database.ts';
import { paymentReturns, paymentsIn } from '../db/funding-schema.ts';

export type PaymentInRow = typeof paymentsIn.$inferSelect;
export type ReturnRow = typeof paymentReturns.$inferSelect;

/** A payment in with what was given back of it. */
export interface PaymentInWithReturns extends PaymentInRow {
  readonly returns: readonly ReturnRow[];
}

/** Puts a payment in on the disk. @returns false where the id is taken */
export async function insertPaymentIn(
  tx: Executor,
  row: typeof paymentsIn.$inferInsert,
): Promise<boolean> {
  const inserted = await tx
    .insert(paymentsIn)
    .values(row)
    .onConflictDoNothing()
    .returning({ paymentInId: paymentsIn.paymentInId });
  return inserted.length > 0;
}

export async function findPaymentIn(
  db: Executor,
  paymentInId: string,
): Promise<PaymentInWithReturns | undefined> {
  const [row] = await db.select().from(paymentsIn).where(eq(paymentsIn.paymentInId, paymentInId));
  return row && { ...row, returns: await returnsOf(db, [paymentInId]) };
}

/** Payments in, newest first. `open`: those that have not ended, and those of which something is on its way back. */
export async function listPaymentsIn(
  db: Executor,
  page: { readonly openOnly: boolean; readonly limit: number },
): Promise<PaymentInWithReturns[]> {
  const rows = await db
    .select()
    .from(paymentsIn)
    .where(
      page.openOnly
        ? or(
            inArray(paymentsIn.state, ['waiting', 'sent', 'cancelling', 'unresolved']),
            exists(
              db
                .select({ returnId: paymentReturns.returnId })
                .from(paymentReturns)
                .where(
                  and(
                    eq(paymentReturns.paymentInId, paymentsIn.paymentInId),
                    inArray(paymentReturns.state, ['waiting', 'unresolved']),
                  ),
                ),
            ),
          )
        : undefined,
    )
    .orderBy(desc(paymentsIn.requestedAt), desc(paymentsIn.paymentInId))
    .limit(page.limit);
  const returns = await returnsOf(
    db,
    rows.map((row) => row.paymentInId),
  );
  return rows.map((row) => ({
    ...row,
    returns: returns.filter((each) => each.paymentInId === row.paymentInId),
  }));
}

async function returnsOf(db: Executor, paymentInIds: readonly string[]): Promise<ReturnRow[]> {
  if (paymentInIds.length === 0) return [];
  return db
    .select()
    .from(paymentReturns)
    .where(inArray(paymentReturns.paymentInId, [...paymentInIds]))
    .orderBy(asc(paymentReturns.requestedAt), asc(paymentReturns.returnId));
}

/** The payment in, held against every other transaction until this one ends. */
export async function lockPaymentIn(
  tx: Executor,
  paymentInId: string,
): Promise<PaymentInRow | undefined> {
  const [row] = await tx
    .select()
    .from(paymentsIn)
    .where(eq(paymentsIn.paymentInId, paymentInId))
    .for('update');
  return row;
}

interface Due {
  readonly at: Date;
  /** Of those that are set up here. */
  readonly sources: readonly FundingSourceName[];
  readonly limit: number;
}

/** The next payments in about which something is to be done now, held until the transaction ends; others' are passed over. */
export function lockDuePayments(tx: Executor, due: Due): Promise<PaymentInRow[]> {
  return tx
    .select()
    .from(paymentsIn)
    .where(and(lte(paymentsIn.nextAt, due.at), inArray(paymentsIn.source, [...due.sources])))
    .orderBy(asc(paymentsIn.nextAt))
    .limit(due.limit)
    .for('update', { skipLocked: true });
}

/** Writes down where a payment in has gone. */
export async function updatePaymentIn(
  tx: Executor,
  { paymentInId, ...set }: Pick<PaymentInRow, 'paymentInId'> & Partial<PaymentInRow>,
): Promise<void> {
  await tx.update(paymentsIn).set(set).where(eq(paymentsIn.paymentInId, paymentInId));
}

export async function insertReturn(
  tx: Executor,
  row: typeof paymentReturns.$inferInsert,
): Promise<void> {
  await tx.insert(paymentReturns).values(row);
}

export async function lockReturn(tx: Executor, returnId: string): Promise<ReturnRow | undefined> {
  const [row] = await tx
    .select()
    .from(paymentReturns)
    .where(eq(paymentReturns.returnId, returnId))
    .for('update');
  return row;
}

/** The next returns that are to be sent now, with what they are of; others' are passed over. */
export function lockDueReturns(
  tx: Executor,
  due: Due,
): Promise<{ readonly given: ReturnRow; readonly of: PaymentInRow }[]> {
  return tx
    .select({ given: paymentReturns, of: paymentsIn })
    .from(paymentReturns)
    .innerJoin(paymentsIn, eq(paymentsIn.paymentInId, paymentReturns.paymentInId))
    .where(and(lte(paymentReturns.nextAt, due.at), inArray(paymentsIn.source, [...due.sources])))
    .orderBy(asc(paymentReturns.nextAt))
    .limit(due.limit)
    .for('update', { of: paymentReturns, skipLocked: true });
}

export async function updateReturn(
  tx: Executor,
  { returnId, ...set }: Pick<ReturnRow, 'returnId'> & Partial<ReturnRow>,
): Promise<void> {
  await tx.update(paymentReturns).set(set).where(eq(paymentReturns.returnId, returnId));
}

/** What was given back of a payment in, or is about to be. Minor units. */
export async function returnedMinor(tx: Executor, paymentInId: string): Promise<bigint> {
  const [row] = await tx
    .select({ sum: sql<string>`coalesce(sum(${paymentReturns.amountMinor}), 0)` })
    .from(paymentReturns)
    .where(
      and(
        eq(paymentReturns.paymentInId, paymentInId),
        inArray(paymentReturns.state, ['waiting', 'returned', 'unresolved']),
      ),
    );
  return BigInt(row?.sum ?? 0);
}
