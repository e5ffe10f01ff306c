import { and, desc, eq, isNull, sql } from 'drizzle-orm';
import { campaignShares, campaignStops, campaigns, discounts } from '../db/campaign-schema.ts';
import type { Executor } from '../db/database.ts';
import { hubs, payments, shops } from '../db/schema.ts';

export type CampaignRow = typeof campaigns.$inferSelect;
export type ShareRow = typeof campaignShares.$inferSelect;
export type DiscountRow = typeof discounts.$inferSelect;

/** A campaign with how it stands. */
export interface StandingCampaign extends CampaignRow {
  readonly stoppedAt: Date | null;
  /** Sum of its discounts, without what is gone of them: what of the budget is used up. */
  readonly givenMinor: bigint;
  readonly discounts: number;
}

/** Hubs at which a campaign can be redeemed: where the merchant has shops, or those of the streets; by id. */
export async function hubsOf(
  tx: Executor,
  scope: Pick<CampaignRow, 'merchantId' | 'streets'>,
): Promise<string[]> {
  const rows =
    scope.merchantId === null
      ? await tx.selectDistinct({ hubId: hubs.hubId, streetId: hubs.streetId }).from(hubs)
      : await tx
          .selectDistinct({ hubId: shops.hubId, streetId: hubs.streetId })
          .from(shops)
          .innerJoin(hubs, eq(hubs.hubId, shops.hubId))
          .where(eq(shops.merchantId, scope.merchantId));
  return rows
    .filter(({ streetId }) => {
      return scope.streets === null || (streetId !== null && scope.streets.includes(streetId));
    })
    .map(({ hubId }) => hubId)
    .toSorted();
}

export async function insertCampaign(
  tx: Executor,
  row: CampaignRow,
  shares: readonly Pick<ShareRow, 'hubId' | 'shareMinor'>[],
): Promise<void> {
  await tx.insert(campaigns).values(row);
  const { campaignId } = row;
  await tx.insert(campaignShares).values(shares.map((share) => ({ ...share, campaignId })));
}

/** @returns false where it was stopped before */
export async function insertStop(
  tx: Executor,
  stop: typeof campaignStops.$inferSelect,
): Promise<boolean> {
  const rows = await tx
    .insert(campaignStops)
    .values(stop)
    .onConflictDoNothing()
    .returning({ campaignId: campaignStops.campaignId });
  return rows.length > 0;
}

export async function findCampaign(
  db: Executor,
  campaignId: string,
): Promise<StandingCampaign | undefined> {
  const [row] = await standing(db).where(eq(campaigns.campaignId, campaignId));
  return row;
}

/** Campaigns of a merchant, or the city's own, newest first. @param merchantId null: the city's */
export function listCampaigns(
  db: Executor,
  merchantId: string | null,
  limit: number,
): Promise<StandingCampaign[]> {
  return standing(db)
    .where(
      merchantId === null ? isNull(campaigns.merchantId) : eq(campaigns.merchantId, merchantId),
    )
    .orderBy(desc(campaigns.campaignId))
    .limit(limit);
}

export function sharesOfCampaign(db: Executor, campaignId: string): Promise<ShareRow[]> {
  return db.select().from(campaignShares).where(eq(campaignShares.campaignId, campaignId));
}

export async function findShare(
  tx: Executor,
  hubId: string,
  campaignId: string,
): Promise<ShareRow | undefined> {
  const [row] = await tx
    .select()
    .from(campaignShares)
    .where(and(eq(campaignShares.hubId, hubId), eq(campaignShares.campaignId, campaignId)));
  return row;
}

export async function findDiscounted(tx: Executor, hubId: string, paymentId: string) {
  const [row] = await tx
    .select()
    .from(payments)
    .where(and(eq(payments.hubId, hubId), eq(payments.paymentId, paymentId)));
  return row;
}

export function discountsOf(
  tx: Executor,
  hubId: string,
  paymentId: string,
): Promise<DiscountRow[]> {
  return tx
    .select()
    .from(discounts)
    .where(and(eq(discounts.hubId, hubId), eq(discounts.paymentId, paymentId)));
}

/** What of a payment's price is not paid, as it stands; minor units. */
export async function standingDiscount(
  tx: Executor,
  hubId: string,
  paymentId: string,
): Promise<bigint> {
  const rows = await discountsOf(tx, hubId, paymentId);
  return rows.reduce(
    (sum, { kind, amountMinor }) => (kind === 'given' ? sum + amountMinor : sum - amountMinor),
    0n,
  );
}

export async function insertDiscount(tx: Executor, row: DiscountRow): Promise<void> {
  await tx.insert(discounts).values(row);
}

function standing(db: Executor) {
  return db
    .select({
      campaignId: campaigns.campaignId,
      merchantId: campaigns.merchantId,
      streets: campaigns.streets,
      funder: campaigns.funder,
      terms: campaigns.terms,
      currency: campaigns.currency,
      budgetMinor: campaigns.budgetMinor,
      key: campaigns.key,
      startsAt: campaigns.startsAt,
      endsAt: campaigns.endsAt,
      writtenBy: campaigns.writtenBy,
      writtenAt: campaigns.writtenAt,
      stoppedAt: campaignStops.stoppedAt,
      givenMinor: sql<bigint>`(select coalesce(sum(s.given_minor), 0) from campaign_shares s
        where s.campaign_id = ${campaigns.campaignId})`.mapWith(BigInt),
      discounts: sql<number>`(select count(*) from discounts d
        where d.campaign_id = ${campaigns.campaignId} and d.kind = 'given')`.mapWith(Number),
    })
    .from(campaigns)
    .leftJoin(campaignStops, eq(campaignStops.campaignId, campaigns.campaignId));
}
