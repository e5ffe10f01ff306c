import { bigint, integer, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import {
  CODE_SCENES,
  FUNDING_SOURCES,
  PAYMENT_IN_STATES,
  RETURN_STATES,
} from '../../shared/contracts/http-funding.ts';
import { CURRENCIES } from '../../shared/domain/money.ts';

/** How the rows of funding lie in PostgreSQL; the truth about constraints is in `migrations/`. */

const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

export const paymentsIn = pgTable('payments_in', {
  paymentInId: uuid('payment_in_id').primaryKey(),
  shopperId: uuid('shopper_id').notNull(),
  currency: text('currency', { enum: CURRENCIES }).notNull(),
  amountMinor: bigint('amount_minor', { mode: 'bigint' }).notNull(),
  source: text('source', { enum: FUNDING_SOURCES }).notNull(),
  scene: text('scene', { enum: CODE_SCENES }),
  authCode: text('auth_code'),
  state: text('state', { enum: PAYMENT_IN_STATES }).notNull(),
  reason: text('reason'),
  reference: text('reference'),
  tries: integer('tries').notNull().default(0),
  nextAt: moment('next_at'),
  requestedAt: moment('requested_at').notNull(),
  changedAt: moment('changed_at').notNull(),
});

export const paymentReturns = pgTable('payment_returns', {
  returnId: uuid('return_id').primaryKey(),
  paymentInId: uuid('payment_in_id').notNull(),
  amountMinor: bigint('amount_minor', { mode: 'bigint' }).notNull(),
  state: text('state', { enum: RETURN_STATES }).notNull(),
  undoLineId: uuid('undo_line_id').notNull(),
  reason: text('reason'),
  tries: integer('tries').notNull().default(0),
  nextAt: moment('next_at'),
  requestedAt: moment('requested_at').notNull(),
  changedAt: moment('changed_at').notNull(),
});
