import { and, asc, desc, eq, inArray, isNull, sql } from 'drizzle-orm';
import type {
  BankExceptionCode,
  FundingExceptionCode,
} from '../../shared/contracts/http-settlement.ts';
import type { ExceptionFilter } from '../../shared/contracts/reconciliation.ts';
import type { Executor } from '../db/database.ts';
import { merchantAccounts, merchants } from '../db/merchant-schema.ts';
import {
  bankMessages,
  payouts,
  settlementExceptions,
  settlementFiles,
  settlementRuns,
} from '../db/settlement-schema.ts';
import { isInState } from '../exceptions/exception-queue-store.ts';
import { isoId } from './payment-initiation.ts';

export type RunRow = typeof settlementRuns.$inferSelect;
export type PayoutRow = typeof payouts.$inferSelect;
export type FileRow = typeof settlementFiles.$inferSelect;
export type ExceptionRow = typeof settlementExceptions.$inferSelect;
export type PayoutState = PayoutRow['state'];

/** A payout as it is listed. */
export interface ListedPayout extends PayoutRow {
  readonly companyName: string;
  readonly accountNumber: string;
}

export async function insertRun(tx: Executor, row: RunRow): Promise<void> {
  await tx.insert(settlementRuns).values(row);
}

export async function findRun(db: Executor, runId: string): Promise<RunRow | undefined> {
  const [row] = await db.select().from(settlementRuns).where(eq(settlementRuns.runId, runId));
  return row;
}

/** The run that has settled a day. */
export async function findDailyRun(
  db: Executor,
  { day, currency }: Pick<RunRow, 'day' | 'currency'>,
): Promise<RunRow | undefined> {
  const [row] = await db
    .select()
    .from(settlementRuns)
    .where(
      and(
        eq(settlementRuns.kind, 'daily'),
        eq(settlementRuns.day, day),
        eq(settlementRuns.currency, currency),
      ),
    );
  return row;
}

/** Runs, newest first. */
export function listRuns(db: Executor, limit: number): Promise<RunRow[]> {
  return db
    .select()
    .from(settlementRuns)
    .orderBy(desc(settlementRuns.startedAt), desc(settlementRuns.runId))
    .limit(limit);
}

/** Sums over a run's payouts, and how many stand where. */
export async function runTotals(db: Executor, runIds: readonly string[]) {
  if (runIds.length === 0) return [];
  return db
    .select({
      runId: payouts.runId,
      state: payouts.state,
      count: sql<string>`count(*)`,
      totalMinor: sql<string>`sum(${payouts.amountMinor})`,
      feeMinor: sql<string>`sum(${payouts.feeMinor})`,
    })
    .from(payouts)
    .where(inArray(payouts.runId, [...runIds]))
    .groupBy(payouts.runId, payouts.state);
}

export async function insertPayouts(tx: Executor, rows: readonly PayoutRow[]): Promise<void> {
  if (rows.length > 0) await tx.insert(payouts).values([...rows]);
}

/** Payouts of a run or a merchant, newest first. */
export function listPayouts(
  db: Executor,
  of: { readonly runId: string } | { readonly merchantId: string },
  limit: number,
): Promise<ListedPayout[]> {
  const where = 'runId' in of ? eq(payouts.runId, of.runId) : eq(payouts.merchantId, of.merchantId);
  return db
    .select({
      payoutId: payouts.payoutId,
      runId: payouts.runId,
      messageId: payouts.messageId,
      merchantId: payouts.merchantId,
      accountId: payouts.accountId,
      currency: payouts.currency,
      capturedMinor: payouts.capturedMinor,
      refundedMinor: payouts.refundedMinor,
      feeMinor: payouts.feeMinor,
      adjustedMinor: payouts.adjustedMinor,
      amountMinor: payouts.amountMinor,
      state: payouts.state,
      reasonCode: payouts.reasonCode,
      changedAt: payouts.changedAt,
      companyName: merchants.companyName,
      accountNumber: merchantAccounts.number,
    })
    .from(payouts)
    .innerJoin(merchants, eq(merchants.merchantId, payouts.merchantId))
    .innerJoin(
      merchantAccounts,
      and(
        eq(merchantAccounts.merchantId, payouts.merchantId),
        eq(merchantAccounts.accountId, payouts.accountId),
      ),
    )
    .where(where)
    .orderBy(desc(payouts.payoutId))
    .limit(limit);
}

/** End-to-end ids of a file's payouts. */
export async function listPayoutIds(db: Executor, messageId: string): Promise<string[]> {
  const rows = await db
    .select({ payoutId: payouts.payoutId })
    .from(payouts)
    .where(eq(payouts.messageId, messageId));
  return rows.map(({ payoutId }) => isoId(payoutId));
}

/** A payout, held against every other central until the transaction ends. */
export async function lockPayout(tx: Executor, payoutId: string): Promise<PayoutRow | undefined> {
  const [row] = await tx.select().from(payouts).where(eq(payouts.payoutId, payoutId)).for('update');
  return row;
}

export async function changePayout(
  tx: Executor,
  change: Pick<PayoutRow, 'payoutId' | 'state' | 'reasonCode' | 'changedAt'>,
): Promise<void> {
  const { payoutId, ...set } = change;
  await tx.update(payouts).set(set).where(eq(payouts.payoutId, payoutId));
}

/** Nothing more is paid to an account that a bank has refused. */
export async function refuseAccount(
  tx: Executor,
  refusal: {
    readonly merchantId: string;
    readonly accountId: string;
    readonly code: string;
    readonly at: Date;
  },
): Promise<void> {
  await tx
    .update(merchantAccounts)
    .set({ refusedAt: refusal.at, refusalCode: refusal.code })
    .where(
      and(
        eq(merchantAccounts.merchantId, refusal.merchantId),
        eq(merchantAccounts.accountId, refusal.accountId),
        isNull(merchantAccounts.refusedAt),
      ),
    );
}

export async function insertFiles(tx: Executor, rows: readonly FileRow[]): Promise<void> {
  if (rows.length > 0) await tx.insert(settlementFiles).values([...rows]);
}

export async function findFile(db: Executor, messageId: string): Promise<FileRow | undefined> {
  const [row] = await db
    .select()
    .from(settlementFiles)
    .where(eq(settlementFiles.messageId, messageId));
  return row;
}

/** Files of these runs, without their content. */
export async function filesOf(db: Executor, runIds: readonly string[]) {
  if (runIds.length === 0) return [];
  return db
    .select({
      runId: settlementFiles.runId,
      messageId: settlementFiles.messageId,
      executionDate: settlementFiles.executionDate,
      sentAt: settlementFiles.sentAt,
    })
    .from(settlementFiles)
    .where(inArray(settlementFiles.runId, [...runIds]))
    .orderBy(asc(settlementFiles.messageId));
}

/** The oldest file that was not sent yet. */
export async function nextFileToSend(db: Executor): Promise<FileRow | undefined> {
  const [row] = await db
    .select()
    .from(settlementFiles)
    .where(isNull(settlementFiles.sentAt))
    .orderBy(asc(settlementFiles.madeAt), asc(settlementFiles.messageId))
    .limit(1);
  return row;
}

export async function markSent(db: Executor, messageId: string, at: Date): Promise<void> {
  await db
    .update(settlementFiles)
    .set({ sentAt: at })
    .where(and(eq(settlementFiles.messageId, messageId), isNull(settlementFiles.sentAt)));
}

/** Keeps a bank's message. @returns undefined where it is new; else the hash of what came under its id before */
export async function keepBankMessage(
  tx: Executor,
  row: typeof bankMessages.$inferInsert,
): Promise<string | undefined> {
  const inserted = await tx
    .insert(bankMessages)
    .values(row)
    .onConflictDoNothing()
    .returning({ messageId: bankMessages.messageId });
  if (inserted.length > 0) return undefined;
  const [known] = await tx
    .select({ sha256: bankMessages.sha256 })
    .from(bankMessages)
    .where(eq(bankMessages.messageId, row.messageId));
  return known?.sha256;
}

/** Puts something in the exception queue; what is open there already stays as it is. */
export async function recordException(
  tx: Executor,
  found: {
    readonly code: BankExceptionCode | FundingExceptionCode;
    readonly subject: string;
    readonly merchantId: string | null;
    readonly detail: string;
    readonly foundAt: Date;
  },
): Promise<void> {
  await tx.insert(settlementExceptions).values(found).onConflictDoNothing();
}

/** Exceptions, newest first. */
export function listExceptions(
  db: Executor,
  page: { readonly state: ExceptionFilter; readonly limit: number },
): Promise<ExceptionRow[]> {
  return db
    .select()
    .from(settlementExceptions)
    .where(isInState(settlementExceptions, page.state))
    .orderBy(desc(settlementExceptions.exceptionId))
    .limit(page.limit);
}
