import { and, desc, eq, inArray, type SQL, sql } from 'drizzle-orm';
import type { Currency } from '../../shared/domain/money.ts';
import type { Executor } from '../db/database.ts';
import { cityEntries, cityPostings, disputes } from '../db/settlement-schema.ts';

export type DisputeRow = typeof disputes.$inferSelect;

export async function insertDispute(tx: Executor, row: DisputeRow): Promise<void> {
  await tx.insert(disputes).values(row);
}

export async function findDispute(
  db: Executor,
  disputeId: string,
): Promise<DisputeRow | undefined> {
  const [row] = await db.select().from(disputes).where(eq(disputes.disputeId, disputeId));
  return row;
}

/** The dispute of a payment that is open or was upheld. */
export async function findStandingDispute(
  tx: Executor,
  { hubId, paymentId }: Pick<DisputeRow, 'hubId' | 'paymentId'>,
): Promise<DisputeRow | undefined> {
  const [row] = await tx
    .select()
    .from(disputes)
    .where(
      and(
        eq(disputes.hubId, hubId),
        eq(disputes.paymentId, paymentId),
        inArray(disputes.state, ['open', 'upheld']),
      ),
    );
  return row;
}

/** Disputes, newest first. `scope` undefined: of every merchant. */
export async function listDisputes(
  db: Executor,
  page: {
    readonly scope: readonly string[] | undefined;
    readonly openOnly: boolean;
    readonly limit: number;
  },
): Promise<DisputeRow[]> {
  const { scope, openOnly, limit } = page;
  if (scope?.length === 0) return [];
  const conditions: (SQL | undefined)[] = [
    scope === undefined ? undefined : inArray(disputes.merchantId, [...scope]),
    openOnly ? eq(disputes.state, 'open') : undefined,
  ];
  return db
    .select()
    .from(disputes)
    .where(and(...conditions))
    .orderBy(desc(disputes.disputeId))
    .limit(limit);
}

export async function updateDispute(
  tx: Executor,
  { disputeId, ...set }: Pick<DisputeRow, 'disputeId'> & Partial<DisputeRow>,
): Promise<void> {
  await tx.update(disputes).set(set).where(eq(disputes.disputeId, disputeId));
}

/** What the risk fund holds. Minor units. */
export async function fundBalance(db: Executor, currency: Currency): Promise<bigint> {
  const [row] = await db.execute<{ balance: string }>(sql`
    select coalesce(sum(case when credit = 'fund:risk' then amount_minor else -amount_minor end), 0) as balance
    from ${cityPostings} where currency = ${currency} and (debit = 'fund:risk' or credit = 'fund:risk')`);
  return BigInt(row?.balance ?? 0);
}

/** What was paid into the fund under an id; undefined where nothing was. */
export async function findFundPayment(
  db: Executor,
  paymentInId: string,
): Promise<{ readonly amountMinor: bigint; readonly currency: string } | undefined> {
  const [row] = await db
    .select({ amountMinor: cityEntries.amountMinor, currency: cityEntries.currency })
    .from(cityEntries)
    .where(and(eq(cityEntries.kind, 'fund_paid_in'), eq(cityEntries.subjectId, paymentInId)));
  return row;
}
