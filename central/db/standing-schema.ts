import {
  boolean,
  customType,
  date,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core';
import type { Comparison } from '../../shared/contracts/http-challengers.ts';
import type { FeatureWords, StandingShown } from '../../shared/contracts/http-standing.ts';
import type { ChallengerShape } from '../credit/challenger/onnx-check.ts';

/** How the rows of companies' standing lie in PostgreSQL; the truth about constraints is in `migrations/`. */

const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

export const standingModels = pgTable('standing_models', {
  modelId: uuid('model_id').primaryKey(),
  version: integer('version').notNull(),
  sha256: text('sha256').notNull(),
  content: jsonb('content').notNull(),
  changeable: jsonb('changeable').$type<readonly string[]>().notNull(),
  words: jsonb('words').$type<FeatureWords>().notNull(),
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

/** Scores of companies and whether each went bad, as they are kept. */
interface KeptPast {
  readonly scores: readonly number[];
  readonly bad: readonly number[];
}

const bytes = customType<{ data: Uint8Array; driverData: Buffer }>({
  dataType: () => 'bytea',
  toDriver: (value) => Buffer.from(value),
  fromDriver: (value) => value,
});

export const standingChallengers = pgTable('standing_challengers', {
  challengerId: uuid('challenger_id').primaryKey(),
  title: text('title').notNull(),
  onnx: bytes('onnx').notNull(),
  sha256: text('sha256').notNull(),
  shape: jsonb('shape').$type<ChallengerShape>().notNull(),
  importedBy: text('imported_by').notNull(),
  importedAt: moment('imported_at').notNull(),
});

export const standingShadowScores = pgTable(
  'standing_shadow_scores',
  {
    challengerId: uuid('challenger_id').notNull(),
    scoreId: uuid('score_id').notNull(),
    score: integer('score'),
    failure: text('failure', { enum: ['does_not_run', 'out_of_range'] }),
  },
  (table) => [primaryKey({ columns: [table.challengerId, table.scoreId] })],
);

export const standingComparisons = pgTable('standing_comparisons', {
  comparisonId: uuid('comparison_id').primaryKey(),
  challengerId: uuid('challenger_id').notNull(),
  modelId: uuid('model_id').notNull(),
  result: jsonb('result').$type<Comparison>().notNull(),
  past: jsonb('past').$type<KeptPast>().notNull(),
  comparedBy: text('compared_by').notNull(),
  comparedAt: moment('compared_at').notNull(),
});

export const standingPromotions = pgTable('standing_promotions', {
  challengerId: uuid('challenger_id').primaryKey(),
  modelId: uuid('model_id').notNull(),
  note: text('note').notNull(),
  promotedBy: text('promoted_by').notNull(),
  promotedAt: moment('promoted_at').notNull(),
});
