import { and, desc, eq, inArray, isNotNull, isNull, type SQL, sql } from 'drizzle-orm';
import type {
  FeatureWords,
  Grade,
  StandingCompanies,
} from '../../shared/contracts/http-standing.ts';
import type { Executor } from '../db/database.ts';
import { merchants } from '../db/merchant-schema.ts';
import {
  standingAppeals,
  standingConsents,
  standingDecisions,
  standingInputs,
  standingModels,
  standingScores,
} from '../db/standing-schema.ts';

export type ModelRow = typeof standingModels.$inferSelect;
export type ConsentRow = typeof standingConsents.$inferSelect;
export type InputRow = typeof standingInputs.$inferSelect;
export type ScoreRow = typeof standingScores.$inferSelect;
export type AppealRow = typeof standingAppeals.$inferSelect;
export type AppealDecisionRow = typeof standingDecisions.$inferSelect;

/** A score, the appeal against it and what was decided. */
export interface ScoreRecord {
  readonly score: ScoreRow;
  readonly companyName: string;
  readonly words: FeatureWords;
  readonly appeal: AppealRow | null;
  readonly decision: AppealDecisionRow | null;
}

/** Any number of ours, the same for every central: one changes standing at a time. */
const STANDING_LOCK = 7_401_946_223;

/** Takes the turn to change standing for this transaction. */
export async function takeStandingTurn(tx: Executor): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(${STANDING_LOCK})`);
}

/** The model in force: the newest. */
export async function modelInForce(db: Executor): Promise<ModelRow | undefined> {
  const [row] = await db
    .select()
    .from(standingModels)
    .orderBy(desc(standingModels.version))
    .limit(1);
  return row;
}

export async function findModel(db: Executor, modelId: string): Promise<ModelRow | undefined> {
  const [row] = await db.select().from(standingModels).where(eq(standingModels.modelId, modelId));
  return row;
}

export async function insertModel(tx: Executor, row: ModelRow): Promise<void> {
  await tx.insert(standingModels).values(row);
}

/** What a company last said. */
export async function lastConsent(
  db: Executor,
  merchantId: string,
): Promise<ConsentRow | undefined> {
  const [row] = await db
    .select()
    .from(standingConsents)
    .where(eq(standingConsents.merchantId, merchantId))
    .orderBy(desc(standingConsents.version))
    .limit(1);
  return row;
}

export async function insertConsent(tx: Executor, row: ConsentRow): Promise<void> {
  await tx.insert(standingConsents).values(row);
}

/** Which of these companies have consented and not withdrawn. */
export async function consenting(
  db: Executor,
  merchantIds: readonly string[],
): Promise<ReadonlySet<string>> {
  if (merchantIds.length === 0) return new Set();
  const rows = await db
    .select({ merchantId: merchants.merchantId })
    .from(merchants)
    .where(inArray(merchants.merchantId, [...merchantIds]));
  const said = await Promise.all(rows.map(({ merchantId }) => lastConsent(db, merchantId)));
  return new Set(said.flatMap((row) => (row?.given ? [row.merchantId] : [])));
}

/** Keeps inputs; the same company, source and day again replaces what was there. */
export async function upsertInput(tx: Executor, row: InputRow): Promise<void> {
  const { fields, importedBy, importedAt } = row;
  await tx
    .insert(standingInputs)
    .values(row)
    .onConflictDoUpdate({
      target: [standingInputs.merchantId, standingInputs.source, standingInputs.asOf],
      set: { fields, importedBy, importedAt },
    });
}

export async function deleteInputs(tx: Executor, merchantId: string): Promise<void> {
  await tx.delete(standingInputs).where(eq(standingInputs.merchantId, merchantId));
}

/** What is known of a company, oldest first. */
export function inputsOf(db: Executor, merchantId: string): Promise<InputRow[]> {
  return db
    .select()
    .from(standingInputs)
    .where(eq(standingInputs.merchantId, merchantId))
    .orderBy(standingInputs.asOf, standingInputs.source);
}

export async function insertScore(tx: Executor, row: ScoreRow): Promise<void> {
  await tx.insert(standingScores).values(row);
}

/** A company's scores, newest first. */
export function scoresOfMerchant(
  db: Executor,
  merchantId: string,
  limit: number,
): Promise<ScoreRecord[]> {
  return scoreRecords(db, eq(standingScores.merchantId, merchantId), limit);
}

/** Scores with an appeal that nobody has decided, or that somebody has. */
export function appealedScores(
  db: Executor,
  state: 'open' | 'decided',
  limit: number,
): Promise<ScoreRecord[]> {
  const decided = standingDecisions.appealId;
  const isAsked = state === 'open' ? isNull(decided) : isNotNull(decided);
  return scoreRecords(db, and(isNotNull(standingAppeals.appealId), isAsked), limit);
}

/** Companies that have agreed to be scored and not withdrawn, with their last score, by name. */
export async function willingCompanies(
  db: Executor,
  limit: number,
): Promise<StandingCompanies['companies']> {
  const rows = await db.execute<{
    merchant_id: string;
    company_name: string;
    agreed_at: string;
    score: number | null;
    grade: Grade | null;
    refusal: string | null;
    scored_at: string | null;
  }>(sql`
    select m.merchant_id, m.company_name, c.at as agreed_at, s.score, s.refusal, s.scored_at,
           coalesce(s.decided_grade, s.shown ->> 'grade') as grade
    from merchants m
    join lateral (select given, at from standing_consents where merchant_id = m.merchant_id
                  order by version desc limit 1) c on c.given
    left join lateral (
      select score, refusal, scored_at, shown, d.grade as decided_grade
      from standing_scores
      left join standing_appeals a using (score_id)
      left join standing_decisions d using (appeal_id)
      where merchant_id = m.merchant_id order by scored_at desc, score_id desc limit 1) s on true
    order by m.company_name, m.merchant_id limit ${limit}`);
  return rows.map((row) => ({
    merchantId: row.merchant_id,
    companyName: row.company_name,
    agreedAt: new Date(row.agreed_at).toISOString(),
    score: row.score,
    grade: row.grade,
    refusal: row.refusal,
    scoredAt: row.scored_at === null ? null : new Date(row.scored_at).toISOString(),
  }));
}

export async function findScore(db: Executor, scoreId: string): Promise<ScoreRecord | undefined> {
  const [record] = await scoreRecords(db, eq(standingScores.scoreId, scoreId), 1);
  return record;
}

export async function findAppealed(
  db: Executor,
  appealId: string,
): Promise<ScoreRecord | undefined> {
  const [record] = await scoreRecords(db, eq(standingAppeals.appealId, appealId), 1);
  return record;
}

function scoreRecords(db: Executor, where: SQL | undefined, limit: number): Promise<ScoreRecord[]> {
  return db
    .select({
      score: standingScores,
      companyName: merchants.companyName,
      words: standingModels.words,
      appeal: standingAppeals,
      decision: standingDecisions,
    })
    .from(standingScores)
    .innerJoin(merchants, eq(merchants.merchantId, standingScores.merchantId))
    .innerJoin(standingModels, eq(standingModels.modelId, standingScores.modelId))
    .leftJoin(standingAppeals, eq(standingAppeals.scoreId, standingScores.scoreId))
    .leftJoin(standingDecisions, eq(standingDecisions.appealId, standingAppeals.appealId))
    .where(where)
    .orderBy(desc(standingScores.scoredAt), desc(standingScores.scoreId))
    .limit(limit);
}

export async function insertAppeal(tx: Executor, row: AppealRow): Promise<void> {
  await tx.insert(standingAppeals).values(row);
}

export async function insertDecision(tx: Executor, row: AppealDecisionRow): Promise<void> {
  await tx.insert(standingDecisions).values(row);
}
