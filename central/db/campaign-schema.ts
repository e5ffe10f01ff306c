import { bigint, jsonb, pgTable, primaryKey, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import type { CampaignTerms } from '../../shared/contracts/campaign.ts';
import { FUNDERS } from '../../shared/domain/campaign.ts';
import { CURRENCIES } from '../../shared/domain/money.ts';

/** How the rows of campaigns lie in PostgreSQL; the truth about constraints is in `migrations/`. */

const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });
const minor = (name: string) => bigint(name, { mode: 'bigint' });

export const campaigns = pgTable('campaigns', {
  campaignId: uuid('campaign_id').primaryKey(),
  merchantId: text('merchant_id'),
  streets: text('streets').array(),
  funder: text('funder', { enum: FUNDERS }).notNull(),
  terms: jsonb('terms').$type<CampaignTerms>().notNull(),
  currency: text('currency', { enum: CURRENCIES }).notNull(),
  budgetMinor: minor('budget_minor').notNull(),
  key: text('key').notNull(),
  startsAt: moment('starts_at').notNull(),
  endsAt: moment('ends_at').notNull(),
  writtenBy: text('written_by').notNull(),
  writtenAt: moment('written_at').notNull(),
});

export const campaignStops = pgTable('campaign_stops', {
  campaignId: uuid('campaign_id').primaryKey(),
  stoppedBy: text('stopped_by').notNull(),
  stoppedAt: moment('stopped_at').notNull(),
});

export const campaignShares = pgTable(
  'campaign_shares',
  {
    campaignId: uuid('campaign_id').notNull(),
    hubId: text('hub_id').notNull(),
    shareMinor: minor('share_minor').notNull(),
    givenMinor: minor('given_minor').notNull().default(0n),
  },
  (table) => [primaryKey({ columns: [table.campaignId, table.hubId] })],
);

export const discounts = pgTable(
  'discounts',
  {
    hubId: text('hub_id').notNull(),
    eventSeq: bigint('event_seq', { mode: 'number' }).notNull(),
    entryId: uuid('entry_id').notNull(),
    campaignId: uuid('campaign_id').notNull(),
    paymentId: uuid('payment_id').notNull(),
    kind: text('kind', { enum: ['given', 'returned'] }).notNull(),
    shopperId: uuid('shopper_id').notNull(),
    merchantId: text('merchant_id').notNull(),
    amountMinor: minor('amount_minor').notNull(),
    currency: text('currency', { enum: CURRENCIES }).notNull(),
    bookedAt: moment('booked_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.hubId, table.eventSeq] })],
);
