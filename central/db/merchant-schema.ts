import {
  bigint,
  boolean,
  date,
  integer,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core';
import { MERCHANT_STATES } from '../../shared/contracts/http-merchants.ts';

/** How the rows of merchants lie in PostgreSQL; the truth about constraints is in `migrations/`. */

const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

export const audit = pgTable('audit', {
  seq: bigint('seq', { mode: 'number' }).primaryKey(),
  at: moment('at').notNull(),
  action: text('action').notNull(),
  actor: text('actor').notNull(),
  role: text('role').notNull(),
  subject: text('subject').notNull(),
  prevHash: text('prev_hash').notNull(),
  hash: text('hash').notNull(),
});

export const merchants = pgTable('merchants', {
  merchantId: text('merchant_id').primaryKey(),
  companyName: text('company_name').notNull(),
  licenceNumber: text('licence_number').notNull(),
  state: text('state', { enum: MERCHANT_STATES }).notNull(),
  appliedAt: moment('applied_at').notNull(),
  reviewedAt: moment('reviewed_at'),
  reviewNote: text('review_note'),
});

export const merchantAccounts = pgTable(
  'merchant_accounts',
  {
    merchantId: text('merchant_id').notNull(),
    accountId: uuid('account_id').notNull(),
    version: integer('version').notNull(),
    holder: text('holder').notNull(),
    number: text('number').notNull(),
    bankName: text('bank_name').notNull(),
    bankCode: text('bank_code').notNull(),
    proposedAt: moment('proposed_at').notNull(),
    decidedAt: moment('decided_at'),
    approved: boolean('approved'),
    refusedAt: moment('refused_at'),
    refusalCode: text('refusal_code'),
  },
  (table) => [primaryKey({ columns: [table.merchantId, table.accountId] })],
);

export const merchantFees = pgTable(
  'merchant_fees',
  {
    merchantId: text('merchant_id').notNull(),
    fromDate: date('from_date').notNull(),
    basisPoints: integer('basis_points').notNull(),
    setAt: moment('set_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.merchantId, table.fromDate] })],
);

export const merchantStaff = pgTable(
  'merchant_staff',
  {
    merchantId: text('merchant_id').notNull(),
    subject: text('subject').notNull(),
    role: text('role', { enum: ['owner', 'cashier'] }).notNull(),
    addedAt: moment('added_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.merchantId, table.subject] })],
);
