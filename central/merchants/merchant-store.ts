import { and, asc, desc, eq, gt, inArray, isNull, lte, type SQL, sql } from 'drizzle-orm';
import type {
  AccountProposal,
  MerchantFee,
  MerchantStaff,
  MerchantState,
} from '../../shared/contracts/http-merchants.ts';
import type { Executor } from '../db/database.ts';
import { merchantAccounts, merchantFees, merchantStaff, merchants } from '../db/merchant-schema.ts';
import { shops, terminals } from '../db/schema.ts';

export type MerchantRow = typeof merchants.$inferSelect;
export type AccountRow = typeof merchantAccounts.$inferSelect;

/** A merchant with all its accounts, newest first. */
export interface MerchantRecord extends MerchantRow {
  readonly accounts: readonly AccountRow[];
  readonly feeBasisPoints: number;
  readonly shops: number;
}

/** Merchants by id. `scope` undefined: of everybody. */
export async function listMerchants(
  db: Executor,
  page: {
    readonly scope: readonly string[] | undefined;
    readonly state?: MerchantState;
    readonly after?: string;
    readonly limit: number;
    readonly today: string;
  },
): Promise<MerchantRecord[]> {
  const { scope, state, after, limit, today } = page;
  if (scope?.length === 0) return [];
  const conditions: (SQL | undefined)[] = [
    scope === undefined ? undefined : inArray(merchants.merchantId, [...scope]),
    state === undefined ? undefined : eq(merchants.state, state),
    after === undefined ? undefined : gt(merchants.merchantId, after),
  ];
  const rows = await db
    .select()
    .from(merchants)
    .where(and(...conditions))
    .orderBy(asc(merchants.merchantId))
    .limit(limit);
  return withDetails(db, rows, today);
}

export async function findMerchant(
  db: Executor,
  merchantId: string,
  today: string,
): Promise<MerchantRecord | undefined> {
  const rows = await db.select().from(merchants).where(eq(merchants.merchantId, merchantId));
  return (await withDetails(db, rows, today))[0];
}

async function withDetails(
  db: Executor,
  rows: readonly MerchantRow[],
  today: string,
): Promise<MerchantRecord[]> {
  if (rows.length === 0) return [];
  const ids = rows.map((row) => row.merchantId);
  const accounts = await db
    .select()
    .from(merchantAccounts)
    .where(inArray(merchantAccounts.merchantId, ids))
    .orderBy(desc(merchantAccounts.version));
  const fees = await db
    .select()
    .from(merchantFees)
    .where(and(inArray(merchantFees.merchantId, ids), lte(merchantFees.fromDate, today)))
    .orderBy(desc(merchantFees.fromDate));
  const counts = await db
    .select({ merchantId: shops.merchantId, count: sql<string>`count(*)` })
    .from(shops)
    .where(inArray(shops.merchantId, ids))
    .groupBy(shops.merchantId);
  return rows.map((row) => ({
    ...row,
    accounts: accounts.filter(({ merchantId }) => merchantId === row.merchantId),
    feeBasisPoints: fees.find(({ merchantId }) => merchantId === row.merchantId)?.basisPoints ?? 0,
    shops: Number(counts.find(({ merchantId }) => merchantId === row.merchantId)?.count ?? 0),
  }));
}

/** @returns false where the id is taken */
export async function insertMerchant(
  tx: Executor,
  row: Pick<MerchantRow, 'merchantId' | 'companyName' | 'licenceNumber' | 'appliedAt'>,
): Promise<boolean> {
  const inserted = await tx
    .insert(merchants)
    .values({ ...row, state: 'applied' })
    .onConflictDoNothing()
    .returning({ merchantId: merchants.merchantId });
  return inserted.length > 0;
}

/** Moves a merchant to a state from one of these. @returns false where it stands elsewhere */
export async function changeMerchantState(
  tx: Executor,
  change: {
    readonly merchantId: string;
    readonly from: readonly MerchantState[];
    readonly to: MerchantState;
    readonly note: string;
    readonly at: Date;
  },
): Promise<boolean> {
  const changed = await tx
    .update(merchants)
    .set({ state: change.to, reviewedAt: change.at, reviewNote: change.note })
    .where(
      and(eq(merchants.merchantId, change.merchantId), inArray(merchants.state, [...change.from])),
    )
    .returning({ merchantId: merchants.merchantId });
  return changed.length > 0;
}

/** Takes the merchant's row for this transaction. @returns its state; undefined where there is none */
export async function lockMerchant(
  tx: Executor,
  merchantId: string,
): Promise<MerchantState | undefined> {
  const [row] = await tx
    .select({ state: merchants.state })
    .from(merchants)
    .where(eq(merchants.merchantId, merchantId))
    .for('update');
  return row?.state;
}

export async function findAccounts(tx: Executor, merchantId: string): Promise<AccountRow[]> {
  return tx
    .select()
    .from(merchantAccounts)
    .where(eq(merchantAccounts.merchantId, merchantId))
    .orderBy(desc(merchantAccounts.version));
}

export async function insertAccount(
  tx: Executor,
  row: AccountProposal & {
    readonly merchantId: string;
    readonly version: number;
    readonly proposedAt: Date;
  },
): Promise<void> {
  await tx.insert(merchantAccounts).values(row);
}

/** @returns false where there is no such account that waits */
export async function decideAccount(
  tx: Executor,
  decision: {
    readonly merchantId: string;
    readonly accountId: string;
    readonly approved: boolean;
    readonly at: Date;
  },
): Promise<boolean> {
  const { merchantId, accountId, approved, at } = decision;
  const decided = await tx
    .update(merchantAccounts)
    .set({ approved, decidedAt: at })
    .where(
      and(
        eq(merchantAccounts.merchantId, merchantId),
        eq(merchantAccounts.accountId, accountId),
        isNull(merchantAccounts.decidedAt),
      ),
    )
    .returning({ accountId: merchantAccounts.accountId });
  return decided.length > 0;
}

/** Sets a fee from a day on. @returns the one that is in force on that day now: another one where it was set before */
export async function insertFee(
  tx: Executor,
  fee: MerchantFee & { readonly merchantId: string; readonly setAt: Date },
): Promise<number | undefined> {
  await tx.insert(merchantFees).values(fee).onConflictDoNothing();
  const [row] = await tx
    .select({ basisPoints: merchantFees.basisPoints })
    .from(merchantFees)
    .where(
      and(eq(merchantFees.merchantId, fee.merchantId), eq(merchantFees.fromDate, fee.fromDate)),
    );
  return row?.basisPoints;
}

/** The shops that hubs have registered for a merchant, with their terminals. */
export async function shopsOf(db: Executor, merchantId: string) {
  const rows = await db
    .select({
      hubId: shops.hubId,
      shopId: shops.shopId,
      shopName: shops.shopName,
      terminals: sql<
        string[]
      >`coalesce(array_agg(${terminals.terminalId} order by ${terminals.terminalId})
        filter (where ${terminals.terminalId} is not null), '{}')`,
    })
    .from(shops)
    .leftJoin(terminals, and(eq(terminals.hubId, shops.hubId), eq(terminals.shopId, shops.shopId)))
    .where(eq(shops.merchantId, merchantId))
    .groupBy(shops.hubId, shops.shopId, shops.shopName)
    .orderBy(asc(shops.hubId), asc(shops.shopId));
  return rows;
}

export function staffOf(db: Executor, merchantId: string): Promise<MerchantStaff[]> {
  return db
    .select({ subject: merchantStaff.subject, role: merchantStaff.role })
    .from(merchantStaff)
    .where(eq(merchantStaff.merchantId, merchantId))
    .orderBy(asc(merchantStaff.subject));
}

/** Adds a person, or changes what they may do. */
export async function upsertStaff(
  tx: Executor,
  row: MerchantStaff & { readonly merchantId: string; readonly addedAt: Date },
): Promise<void> {
  await tx
    .insert(merchantStaff)
    .values(row)
    .onConflictDoUpdate({
      target: [merchantStaff.merchantId, merchantStaff.subject],
      set: { role: row.role, addedAt: row.addedAt },
    });
}

/** @returns false where they were not of the merchant */
export async function deleteStaff(
  tx: Executor,
  row: { readonly merchantId: string; readonly subject: string },
): Promise<boolean> {
  const gone = await tx
    .delete(merchantStaff)
    .where(
      and(eq(merchantStaff.merchantId, row.merchantId), eq(merchantStaff.subject, row.subject)),
    )
    .returning({ subject: merchantStaff.subject });
  return gone.length > 0;
}
