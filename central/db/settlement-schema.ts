import {
  bigint,
  date,
  integer,
  pgTable,
  smallint,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core';
import { DISPUTE_REASONS, DISPUTE_STATES } from '../../shared/contracts/http-disputes.ts';
import {
  PAYOUT_STATES,
  SETTLEMENT_EXCEPTION_CODES,
} from '../../shared/contracts/http-settlement.ts';
import { CURRENCIES } from '../../shared/domain/money.ts';

/** How the rows of settlement lie in PostgreSQL; the truth about constraints is in `migrations/`. */

const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });
const minor = (name: string) => bigint(name, { mode: 'bigint' });
const currency = () => text('currency', { enum: CURRENCIES }).notNull();

export const cityEntries = pgTable('city_entries', {
  entryId: uuid('entry_id').primaryKey(),
  kind: text('kind').notNull(),
  subjectId: uuid('subject_id').notNull(),
  amountMinor: minor('amount_minor').notNull(),
  currency: currency(),
  merchantId: text('merchant_id'),
  payableMinor: minor('payable_minor'),
  bookedAt: moment('booked_at').notNull(),
});

export const cityPostings = pgTable('city_postings', {
  entryId: uuid('entry_id').notNull(),
  line: smallint('line').notNull(),
  debit: text('debit').notNull(),
  credit: text('credit').notNull(),
  amountMinor: minor('amount_minor').notNull(),
  currency: currency(),
});

export const settlementRuns = pgTable('settlement_runs', {
  runId: uuid('run_id').primaryKey(),
  kind: text('kind', { enum: ['daily', 'demand'] }).notNull(),
  day: date('day').notNull(),
  merchantId: text('merchant_id'),
  currency: currency(),
  capturedBefore: moment('captured_before').notNull(),
  startedAt: moment('started_at').notNull(),
});

export const settlementFiles = pgTable('settlement_files', {
  messageId: text('message_id').primaryKey(),
  runId: uuid('run_id').notNull(),
  executionDate: date('execution_date').notNull(),
  content: text('content').notNull(),
  madeAt: moment('made_at').notNull(),
  sentAt: moment('sent_at'),
});

export const payouts = pgTable('payouts', {
  payoutId: uuid('payout_id').primaryKey(),
  runId: uuid('run_id').notNull(),
  messageId: text('message_id').notNull(),
  merchantId: text('merchant_id').notNull(),
  accountId: uuid('account_id').notNull(),
  currency: currency(),
  capturedMinor: minor('captured_minor').notNull(),
  refundedMinor: minor('refunded_minor').notNull(),
  feeMinor: minor('fee_minor').notNull(),
  adjustedMinor: minor('adjusted_minor').notNull(),
  amountMinor: minor('amount_minor').notNull(),
  state: text('state', { enum: PAYOUT_STATES }).notNull(),
  reasonCode: text('reason_code'),
  changedAt: moment('changed_at').notNull(),
});

export const disputes = pgTable('disputes', {
  disputeId: uuid('dispute_id').primaryKey(),
  hubId: text('hub_id').notNull(),
  paymentId: uuid('payment_id').notNull(),
  merchantId: text('merchant_id').notNull(),
  amountMinor: minor('amount_minor').notNull(),
  currency: currency(),
  reason: text('reason', { enum: DISPUTE_REASONS }).notNull(),
  state: text('state', { enum: DISPUTE_STATES }).notNull(),
  openedAt: moment('opened_at').notNull(),
  reply: text('reply'),
  decidedAt: moment('decided_at'),
  note: text('note'),
});

export const bankMessages = pgTable('bank_messages', {
  messageId: text('message_id').primaryKey(),
  kind: text('kind', { enum: ['pain.002', 'camt.053'] }).notNull(),
  sha256: text('sha256').notNull(),
  content: text('content').notNull(),
  receivedAt: moment('received_at').notNull(),
});

export const settlementExceptions = pgTable('settlement_exceptions', {
  exceptionId: integer('exception_id').generatedAlwaysAsIdentity().primaryKey(),
  code: text('code', { enum: SETTLEMENT_EXCEPTION_CODES }).notNull(),
  subject: text('subject').notNull(),
  merchantId: text('merchant_id'),
  detail: text('detail').notNull(),
  foundAt: moment('found_at').notNull(),
  resolvedAt: moment('resolved_at'),
  note: text('note'),
});
