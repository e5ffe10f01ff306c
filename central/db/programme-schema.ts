import { bigint, date, jsonb, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import {
  type Candidate,
  OUTCOMES,
  type ProgrammeRules,
  type Ranked,
} from '../../shared/contracts/http-programmes.ts';

/** How the rows of programmes lie in PostgreSQL; the truth about constraints is in `migrations/`. */

const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

export const programmes = pgTable('programmes', {
  programmeId: uuid('programme_id').primaryKey(),
  rules: jsonb('rules').$type<ProgrammeRules>().notNull(),
  writtenBy: text('written_by').notNull(),
  writtenAt: moment('written_at').notNull(),
});

export const programmeRuns = pgTable('programme_runs', {
  runId: uuid('run_id').primaryKey(),
  programmeId: uuid('programme_id').notNull(),
  inputHash: text('input_hash').notNull(),
  candidates: jsonb('candidates').$type<Candidate[]>().notNull(),
  ranked: jsonb('ranked').$type<Ranked[]>().notNull(),
  ranBy: text('ran_by').notNull(),
  ranAt: moment('ran_at').notNull(),
});

export const programmeApprovals = pgTable('programme_approvals', {
  runId: uuid('run_id').primaryKey(),
  programmeId: uuid('programme_id').notNull(),
  note: text('note').notNull(),
  approvedBy: text('approved_by').notNull(),
  approvedAt: moment('approved_at').notNull(),
});

export const programmeAwards = pgTable('programme_awards', {
  awardId: uuid('award_id').primaryKey(),
  runId: uuid('run_id').notNull(),
  merchantId: text('merchant_id').notNull(),
  amountMinor: bigint('amount_minor', { mode: 'bigint' }).notNull(),
});

export const programmeOutcomes = pgTable('programme_outcomes', {
  outcomeId: uuid('outcome_id').primaryKey(),
  runId: uuid('run_id').notNull(),
  merchantId: text('merchant_id').notNull(),
  day: date('day').notNull(),
  outcome: text('outcome', { enum: OUTCOMES }).notNull(),
  note: text('note').notNull(),
  toldBy: text('told_by').notNull(),
  toldAt: moment('told_at').notNull(),
});
