import { and, eq, gt, lte, sql } from 'drizzle-orm';
import { type CampaignShare, campaignShareSchema } from '../../shared/contracts/campaign.ts';
import type { HubDatabase } from '../db/database.ts';
import { placeholders } from '../db/placeholders.ts';
import { campaigns, discounts } from '../db/schema.ts';

/** A campaign that runs, and what is left of this hub's share of its budget. */
export interface RunningCampaign {
  readonly terms: CampaignShare;
  readonly leftMinor: bigint;
}

/** A payment's discount: by which campaign, and what of it stands. */
export interface StandingDiscount {
  readonly campaignId: string;
  readonly givenMinor: bigint;
  readonly returnedMinor: bigint;
}

/** Campaigns and discounts. Writing methods belong inside a transaction. */
export class CampaignStore {
  private readonly db: HubDatabase;
  private readonly prepared: ReturnType<typeof prepare>;

  constructor(db: HubDatabase) {
    this.db = db;
    this.prepared = prepare(db);
  }

  /** Keeps a campaign as central has told it; where it is here already, nothing changes. */
  open(terms: CampaignShare): void {
    const { campaignId, merchantId, startsAt, endsAt } = terms;
    const shareMinor = BigInt(terms.shareMinor);
    const termsJson = JSON.stringify(terms);
    this.db
      .insert(campaigns)
      .values({ campaignId, merchantId, termsJson, startsAt, endsAt, shareMinor })
      .onConflictDoNothing()
      .run();
  }

  stop(campaignId: string): void {
    this.db
      .update(campaigns)
      .set({ stopped: true })
      .where(eq(campaigns.campaignId, campaignId))
      .run();
  }

  /** Campaigns that discount a merchant's payments now. @param nowIso RFC 3339 */
  running(merchantId: string, nowIso: string): RunningCampaign[] {
    return this.prepared.running
      .all({ merchantId, now: nowIso })
      .map(({ termsJson, leftMinor }) => ({
        terms: campaignShareSchema.parse(JSON.parse(termsJson)),
        leftMinor: BigInt(leftMinor),
      }));
  }

  terms(campaignId: string): CampaignShare | undefined {
    const row = this.prepared.terms.get({ campaignId });
    return row && campaignShareSchema.parse(JSON.parse(row.termsJson));
  }

  /** Books a discount, or what is gone of one. The caller tells it by the event of that sequence. */
  book(discount: typeof discounts.$inferInsert): void {
    this.prepared.book.run({ ...discount });
  }

  /** What was booked of a discount with a move; undefined where nothing was. */
  ofMove(moveId: string): bigint | undefined {
    return this.db
      .select({ amountMinor: discounts.amountMinor })
      .from(discounts)
      .where(eq(discounts.moveId, moveId))
      .get()?.amountMinor;
  }

  /** What a payment was discounted by, if it was. */
  ofPayment(paymentId: string): StandingDiscount | undefined {
    const rows = this.prepared.ofPayment.all({ paymentId });
    const given = rows.find(({ kind }) => kind === 'given');
    if (!given) return undefined;
    const returned = rows.filter(({ kind }) => kind === 'returned');
    return {
      campaignId: given.campaignId,
      givenMinor: given.amountMinor,
      returnedMinor: returned.reduce((sum, { amountMinor }) => sum + amountMinor, 0n),
    };
  }
}

function prepare(db: HubDatabase) {
  const { merchantId, now, campaignId, paymentId } = placeholders(
    'merchantId',
    'now',
    'campaignId',
    'paymentId',
  );
  return {
    running: db
      .select({
        termsJson: campaigns.termsJson,
        leftMinor: sql<string>`cast(${campaigns.shareMinor} - ${campaigns.givenMinor} as text)`,
      })
      .from(campaigns)
      .where(
        and(
          // as the index has it
          sql`${campaigns.stopped} = 0`,
          gt(campaigns.endsAt, now),
          lte(campaigns.startsAt, now),
          sql`(${campaigns.merchantId} is null or ${campaigns.merchantId} = ${merchantId})`,
        ),
      )
      .prepare(),
    terms: db
      .select({ termsJson: campaigns.termsJson })
      .from(campaigns)
      .where(eq(campaigns.campaignId, campaignId))
      .prepare(),
    ofPayment: db
      .select({
        campaignId: discounts.campaignId,
        kind: discounts.kind,
        amountMinor: discounts.amountMinor,
      })
      .from(discounts)
      .where(eq(discounts.paymentId, paymentId))
      .prepare(),
    book: db
      .insert(discounts)
      .values({
        ...placeholders('eventSeq', 'campaignId', 'paymentId', 'moveId', 'kind'),
        ...placeholders('debit', 'credit', 'amountMinor', 'currency', 'bookedAt'),
      })
      .prepare(),
  };
}
