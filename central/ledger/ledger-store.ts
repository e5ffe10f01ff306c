import { and, desc, eq, inArray, lt, or, type SQL, sql } from 'drizzle-orm';
import type { Currency } from '../../shared/domain/money.ts';
import type { BookedMove } from '../../shared/domain/payment.ts';
import type { Posting } from '../../shared/domain/posting.ts';
import { bulkInsert, insertOf } from '../db/bulk-insert.ts';
import type { Executor } from '../db/database.ts';
import { hubs, journalEntries, payments, postings, shops, terminals } from '../db/schema.ts';
import { cityEntries, cityPostings } from '../db/settlement-schema.ts';

export type PaymentRow = typeof payments.$inferInsert;

/** A payment as it is listed: without the shopper. */
export interface ListedPayment {
  readonly paymentId: string;
  readonly hubId: string;
  readonly streetId: string | null;
  readonly shopId: string;
  readonly shopName: string | null;
  readonly terminalId: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly reference: string;
  readonly capturedAt: Date;
  readonly bookedAt: Date;
  readonly state: string;
  /** Decimal text. */
  readonly refundedMinor: string;
}

/** Where a page of payments begins: after this one, going back in time. */
export interface PaymentCursor {
  readonly capturedAt: Date;
  readonly paymentId: string;
}

/**
 * Books payments that are not booked yet.
 *
 * @returns the ids that were new
 */
export async function insertPayments(
  tx: Executor,
  rows: readonly PaymentRow[],
): Promise<Set<string>> {
  const inserted = await bulkInsert(
    tx,
    { into: payments, values: rows },
    sql`on conflict (hub_id, payment_id) do nothing returning payment_id`,
  );
  return new Set(inserted.map((row) => String(row['payment_id'])));
}

export interface JournalEntry {
  readonly hubId: string;
  readonly entryId: string;
  readonly kind: BookedMove;
  readonly paymentId: string;
  readonly bookedAt: Date;
  readonly postings: readonly Posting[];
}

/** Books entries with their postings, in one statement: PostgreSQL takes neither without the other. */
export async function insertEntries(tx: Executor, entries: readonly JournalEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const heads = entries.map(({ hubId, entryId, kind, paymentId, bookedAt }) => ({
    hubId,
    entryId,
    kind,
    paymentId,
    bookedAt,
  }));
  const lines = entries.flatMap(({ hubId, entryId, postings: booked }) =>
    booked.map((posting, index) => ({
      hubId,
      entryId,
      line: index + 1,
      debit: posting.debit,
      credit: posting.credit,
      amountMinor: posting.amountMinor,
      currency: posting.currency,
    })),
  );
  await tx.execute(sql`
    with entries as (${insertOf({ into: journalEntries, values: heads })})
    ${insertOf({ into: postings, values: lines })}`);
}

export async function upsertTerminal(
  tx: Executor,
  row: {
    readonly hubId: string;
    readonly terminalId: string;
    readonly shopId: string;
    readonly shopName: string;
    readonly merchantId: string;
    readonly registeredAt: Date;
  },
): Promise<void> {
  const { hubId, shopId, shopName, merchantId, terminalId, registeredAt } = row;
  await tx
    .insert(shops)
    .values({ hubId, shopId, shopName, merchantId })
    .onConflictDoUpdate({ target: [shops.hubId, shops.shopId], set: { shopName, merchantId } });
  await tx
    .insert(terminals)
    .values({ hubId, terminalId, shopId, registeredAt })
    .onConflictDoUpdate({
      target: [terminals.hubId, terminals.terminalId],
      set: { shopId, registeredAt },
    });
}

/** Payments, newest capture first. */
export function listPayments(
  db: Executor,
  page: { readonly limit: number; readonly streetId?: string; readonly after?: PaymentCursor },
): Promise<ListedPayment[]> {
  const { streetId, after } = page;
  return selectPayments(db, page.limit, [
    streetId === undefined ? undefined : eq(hubs.streetId, streetId),
    after &&
      or(
        lt(payments.capturedAt, after.capturedAt),
        and(eq(payments.capturedAt, after.capturedAt), lt(payments.paymentId, after.paymentId)),
      ),
  ]);
}

/** These payments of a hub, newest capture first. */
export function findPayments(
  db: Executor,
  hubId: string,
  paymentIds: readonly string[],
): Promise<ListedPayment[]> {
  return selectPayments(db, paymentIds.length, [
    eq(payments.hubId, hubId),
    inArray(payments.paymentId, [...paymentIds]),
  ]);
}

function selectPayments(
  db: Executor,
  limit: number,
  conditions: readonly (SQL | undefined)[],
): Promise<ListedPayment[]> {
  return db
    .select({
      paymentId: payments.paymentId,
      hubId: payments.hubId,
      streetId: hubs.streetId,
      shopId: payments.shopId,
      shopName: shops.shopName,
      terminalId: payments.terminalId,
      amountMinor: payments.amountMinor,
      currency: payments.currency,
      reference: payments.reference,
      capturedAt: payments.capturedAt,
      bookedAt: payments.bookedAt,
      state: sql<string>`payment_state(${payments.hubId}, ${payments.paymentId})`,
      refundedMinor: sql<string>`(
        select coalesce(sum(m.amount_minor), 0)::text from payment_moves m
        where m.hub_id = ${payments.hubId} and m.payment_id = ${payments.paymentId} and m.kind = 'refund')`,
    })
    .from(payments)
    .innerJoin(hubs, eq(hubs.hubId, payments.hubId))
    .leftJoin(shops, and(eq(shops.hubId, payments.hubId), eq(shops.shopId, payments.shopId)))
    .where(and(...conditions))
    .orderBy(desc(payments.capturedAt), desc(payments.paymentId))
    .limit(limit);
}

export interface AccountBalance {
  readonly account: string;
  readonly debitMinor: bigint;
  readonly creditMinor: bigint;
}

/**
 * What stands on both sides of every account in a currency, from the postings themselves. Merchants
 * are listed one by one; shoppers together, as one receivable.
 */
export async function accountBalances(db: Executor, currency: Currency): Promise<AccountBalance[]> {
  const rows = await db.execute<{ account: string; debit: string; credit: string }>(sql`
    select account, sum(debit) as debit, sum(credit) as credit
    from (
      select case when debit like 'receivable:shopper:%' then 'receivable:shoppers' else debit end as account,
             amount_minor as debit, 0 as credit
      from ${cityPostings} where currency = ${currency}
      union all
      select case when credit like 'receivable:shopper:%' then 'receivable:shoppers' else credit end, 0, amount_minor
      from ${cityPostings} where currency = ${currency}
      union all
      select case when debit like 'receivable:shopper:%' then 'receivable:shoppers' else debit end as account,
             amount_minor as debit, 0 as credit
      from ${postings} where currency = ${currency}
      union all
      select case when credit like 'receivable:shopper:%' then 'receivable:shoppers' else credit end,
             0, amount_minor
      from ${postings} where currency = ${currency}
    ) as sides
    group by account order by account`);
  return rows.map((row) => ({
    account: row.account,
    debitMinor: BigInt(row.debit),
    creditMinor: BigInt(row.credit),
  }));
}

export interface PaymentTotals {
  /** Captured payments and their sum. */
  readonly payments: number;
  readonly sumMinor: bigint;
  readonly refunds: number;
  readonly refundedMinor: bigint;
  readonly reversals: number;
  readonly reversedMinor: bigint;
}

/** What the city itself has booked in one currency. Minor units. */
export async function cityTotal(db: Executor, currency: Currency): Promise<bigint> {
  const [row] = await db.execute<{ total: string }>(
    sql`select coalesce(sum(amount_minor), 0) as total from ${cityEntries} where currency = ${currency}`,
  );
  return BigInt(row?.total ?? 0);
}

/** Counts and sums of what was moved in one currency: what the postings must agree with. */
export function currencyTotals(db: Executor, currency: Currency): Promise<PaymentTotals> {
  return totals(db, sql`currency = ${currency}`);
}

/** Counts and sums of a hub's payments. */
export function hubTotals(db: Executor, hubId: string): Promise<PaymentTotals> {
  return totals(db, sql`hub_id = ${hubId}`);
}

async function totals(db: Executor, where: SQL): Promise<PaymentTotals> {
  const [row] = await db.execute<Record<string, string>>(sql`
    select taken.*, given.* from
      (select count(*) as payments, coalesce(sum(amount_minor), 0) as captured
       from payments where ${where}) as taken,
      (select count(*) filter (where kind = 'refund') as refunds,
              coalesce(sum(amount_minor) filter (where kind = 'refund'), 0) as refunded,
              count(*) filter (where kind = 'reverse') as reversals,
              coalesce(sum(amount_minor) filter (where kind = 'reverse'), 0) as reversed
       from payment_moves where ${where}) as given`);
  return {
    payments: Number(row?.['payments'] ?? 0),
    sumMinor: BigInt(row?.['captured'] ?? 0),
    refunds: Number(row?.['refunds'] ?? 0),
    refundedMinor: BigInt(row?.['refunded'] ?? 0),
    reversals: Number(row?.['reversals'] ?? 0),
    reversedMinor: BigInt(row?.['reversed'] ?? 0),
  };
}
