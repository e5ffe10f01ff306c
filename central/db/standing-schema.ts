import {
  boolean,
  date,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core';
import type { StandingShown } from '../../shared/contracts/http-standing.ts';

/** How the rows of companies' standing lie in PostgreSQL; the truth about constraints is in `migrations/`. */

const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

export const standingModels = pgTable('standing_models', {
  modelId: uuid('model_id').primaryKey(),
  version: integer('version').notNull(),
  sha256: text('sha256').notNull(),
  content: jsonb('content').notNull(),
  changeable: jsonb('changeable').$type<readonly string[]>().notNull(),
  importedBy: text('imported_by').notNull(),
  importedAt: moment('imported_at').notNull(),
});

export const standingConsents = pgTable('standing_consents', {
  consentId: uuid('consent_id').primaryKey(),
  merchantId: text('merchant_id').notNull(),
  version: integer('version').notNull(),
  given: boolean('given').notNull(),
  textVersion: text('text_version').notNull(),
  bySubject: text('by_subject').notNull(),
  at: moment('at').notNull(),
});

export const standingInputs = pgTable(
  'standing_inputs',
  {
    merchantId: text('merchant_id').notNull(),
    source: text('source', { enum: ['registry', 'tax', 'utilities', 'court'] }).notNull(),
    asOf: date('as_of').notNull(),
    fields: jsonb('fields').$type<Readonly<Record<string, number | string>>>().notNull(),
    importedBy: text('imported_by').notNull(),
    importedAt: moment('imported_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.merchantId, table.source, table.asOf] })],
);

export const standingScores = pgTable('standing_scores', {
  scoreId: uuid('score_id').primaryKey(),
  merchantId: text('merchant_id').notNull(),
  modelId: uuid('model_id').notNull(),
  inputHash: text('input_hash').notNull(),
  score: integer('score'),
  refusal: text('refusal'),
  shown: jsonb('shown').$type<StandingShown>().notNull(),
  scoredBy: text('scored_by').notNull(),
  scoredAt: moment('scored_at').notNull(),
});

export const standingAppeals = pgTable('standing_appeals', {
  appealId: uuid('appeal_id').primaryKey(),
  scoreId: uuid('score_id').notNull(),
  words: text('words').notNull(),
  filedBy: text('filed_by').notNull(),
  filedAt: moment('filed_at').notNull(),
});

export const standingDecisions = pgTable('standing_decisions', {
  appealId: uuid('appeal_id').primaryKey(),
  decision: text('decision', { enum: ['kept', 'changed'] }).notNull(),
  grade: text('grade', { enum: ['A', 'B', 'C', 'D'] }),
  note: text('note').notNull(),
  decidedBy: text('decided_by').notNull(),
  decidedAt: moment('decided_at').notNull(),
});
