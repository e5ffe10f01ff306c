import { and, asc, eq, sql } from 'drizzle-orm';
import type { Grant, Wallet } from '../../shared/domain/allowance.ts';
import type { Currency } from '../../shared/domain/money.ts';
import type { Executor } from '../db/database.ts';
import {
  allowances,
  blockedShoppers,
  intakeWatermarks,
  replicas,
  shoppers,
  walletLines,
  wallets,
} from '../db/schema.ts';

/** Whose, and in which currency. */
export interface Purse {
  readonly shopperId: string;
  readonly currency: Currency;
}

export interface StoredWallet extends Wallet {
  readonly closedAt: Date | null;
}

export interface HubHolding extends Grant {
  readonly hubId: string;
}

const ofPurse = (
  table: typeof wallets | typeof allowances | typeof walletLines,
  { shopperId, currency }: Purse,
) => and(eq(table.shopperId, shopperId), eq(table.currency, currency));

/** Makes a wallet with its first line; where there is one already, nothing changes. */
export async function openWallet(
  tx: Executor,
  { shopperId, currency }: Purse,
  opening: { readonly limitMinor: bigint; readonly at: Date },
): Promise<void> {
  await tx.insert(wallets).values({ shopperId, currency }).onConflictDoNothing();
  if (opening.limitMinor === 0n) return;
  await bookLine(tx, {
    shopperId,
    currency,
    lineId: shopperId,
    kind: 'limit',
    amountMinor: opening.limitMinor,
    bookedAt: opening.at,
  });
}

/** Books a line once. @returns false where it was booked before */
export async function bookLine(
  tx: Executor,
  line: typeof walletLines.$inferInsert,
): Promise<boolean> {
  const booked = await tx
    .insert(walletLines)
    .values(line)
    .onConflictDoNothing()
    .returning({ lineId: walletLines.lineId });
  return booked.length > 0;
}

export async function findLine(
  tx: Executor,
  shopperId: string,
  lineId: string,
): Promise<typeof walletLines.$inferSelect | undefined> {
  const [line] = await tx
    .select()
    .from(walletLines)
    .where(and(eq(walletLines.shopperId, shopperId), eq(walletLines.lineId, lineId)));
  return line;
}

/** The wallet, held against every other transaction until this one ends; undefined where there is none. */
export async function lockWallet(tx: Executor, purse: Purse): Promise<StoredWallet | undefined> {
  const [row] = await tx.select().from(wallets).where(ofPurse(wallets, purse)).for('update');
  return row;
}

export async function findWallet(db: Executor, purse: Purse): Promise<StoredWallet | undefined> {
  const [row] = await db.select().from(wallets).where(ofPurse(wallets, purse));
  return row;
}

/** An erased shopper's wallets: nothing more is granted. */
export async function closeWallets(tx: Executor, shopperId: string, at: Date): Promise<void> {
  await tx
    .update(wallets)
    .set({ closedAt: sql`coalesce(${wallets.closedAt}, ${at.toISOString()}::timestamptz)` })
    .where(eq(wallets.shopperId, shopperId));
}

/** What hubs hold of a wallet, in the order of their ids. */
export function findHoldings(db: Executor, purse: Purse): Promise<HubHolding[]> {
  return db
    .select({
      hubId: allowances.hubId,
      grantedMinor: allowances.grantedMinor,
      returnedMinor: allowances.returnedMinor,
      closedMinor: allowances.closedMinor,
    })
    .from(allowances)
    .where(ofPurse(allowances, purse))
    .orderBy(asc(allowances.hubId));
}

/** Adds to a hub's allowance; the database refuses more than there is. The caller holds the wallet. */
export async function addGrant(
  tx: Executor,
  grant: Purse & { readonly hubId: string; readonly amountMinor: bigint; readonly at: Date },
): Promise<void> {
  const { hubId, shopperId, currency, amountMinor, at: grantedAt } = grant;
  await tx
    .insert(allowances)
    .values({ hubId, shopperId, currency, grantedMinor: amountMinor, grantedAt })
    .onConflictDoUpdate({
      target: [allowances.hubId, allowances.shopperId, allowances.currency],
      set: {
        grantedMinor: sql`${allowances.grantedMinor} + excluded.granted_minor`,
        grantedAt,
      },
    });
}

/**
 * Takes a return in, which says the sum of all of the hub's returns with it.
 *
 * @returns false where it does not follow from what central knows: more than was granted, or another sum
 */
export async function addReturn(
  tx: Executor,
  given: Purse & {
    readonly hubId: string;
    readonly amountMinor: bigint;
    readonly returnedMinor: bigint;
  },
): Promise<boolean> {
  const { hubId, amountMinor, returnedMinor } = given;
  const changed = await tx
    .update(allowances)
    .set({ returnedMinor })
    .where(
      and(
        eq(allowances.hubId, hubId),
        ofPurse(allowances, given),
        sql`${allowances.returnedMinor} + ${amountMinor.toString()}::bigint = ${returnedMinor.toString()}::bigint`,
        sql`${allowances.grantedMinor} >= ${returnedMinor.toString()}::bigint`,
      ),
    )
    .returning({ hubId: allowances.hubId });
  return changed.length > 0;
}

/** Which of a hub's lives is in force. */
export async function findEpoch(tx: Executor, hubId: string): Promise<number> {
  const [row] = await tx
    .select({ epoch: intakeWatermarks.epoch })
    .from(intakeWatermarks)
    .where(eq(intakeWatermarks.hubId, hubId));
  return row?.epoch ?? 1;
}

/** Whether the person is at any hub, by enrolment or replica. */
export async function isKnown(db: Executor, shopperId: string): Promise<boolean> {
  const found = await db.execute(sql`
    select 1 from ${shoppers} where shopper_id = ${shopperId}
    union all select 1 from ${replicas} where shopper_id = ${shopperId} limit 1`);
  return found.length > 0;
}

/** Which of these are on the exception list. */
export async function findBlocked(
  db: Executor,
  shopperIds: readonly string[],
): Promise<Set<string>> {
  if (shopperIds.length === 0) return new Set();
  const rows = await db.execute<{ shopper_id: string }>(sql`
    select shopper_id from ${blockedShoppers}
    where shopper_id in (${sql.join(
      shopperIds.map((id) => sql`${id}::uuid`),
      sql`, `,
    )})`);
  return new Set(rows.map((row) => row.shopper_id));
}

/**
 * Puts a person on the exception list or takes them off it.
 *
 * @returns the new list with its version, or undefined where nothing has changed
 */
export async function setBlocked(
  tx: Executor,
  change: { readonly shopperId: string; readonly blocked: boolean; readonly at: Date },
): Promise<{ listVersion: number; shopperIds: string[] } | undefined> {
  const { shopperId, blocked, at: blockedAt } = change;
  const changed = blocked
    ? await tx
        .insert(blockedShoppers)
        .values({ shopperId, blockedAt })
        .onConflictDoNothing()
        .returning()
    : await tx.delete(blockedShoppers).where(eq(blockedShoppers.shopperId, shopperId)).returning();
  if (changed.length === 0) return undefined;
  const [row] = await tx.execute<{ version: string }>(
    sql`update exception_list_version set version = version + 1 returning version`,
  );
  const listed = await tx
    .select({ shopperId: blockedShoppers.shopperId })
    .from(blockedShoppers)
    .orderBy(asc(blockedShoppers.shopperId));
  return {
    listVersion: Number(row?.version),
    shopperIds: listed.map((each) => each.shopperId),
  };
}
