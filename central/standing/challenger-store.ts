import { and, desc, eq, isNotNull, isNull } from 'drizzle-orm';
import type { Executor } from '../db/database.ts';
import {
  standingChallengers,
  standingComparisons,
  standingPromotions,
  standingScores,
  standingShadowScores,
} from '../db/standing-schema.ts';

export type ChallengerRow = typeof standingChallengers.$inferSelect;
export type ComparisonRow = typeof standingComparisons.$inferSelect;
export type PromotionRow = typeof standingPromotions.$inferSelect;
export type ShadowRow = typeof standingShadowScores.$inferSelect;

export interface ChallengerRecord {
  readonly challenger: Omit<ChallengerRow, 'onnx'>;
  readonly promotion: PromotionRow | null;
}

const COLUMNS_BUT_THE_FILE = {
  challengerId: standingChallengers.challengerId,
  title: standingChallengers.title,
  sha256: standingChallengers.sha256,
  shape: standingChallengers.shape,
  importedBy: standingChallengers.importedBy,
  importedAt: standingChallengers.importedAt,
};

export async function insertChallenger(tx: Executor, row: ChallengerRow): Promise<void> {
  await tx.insert(standingChallengers).values(row);
}

export async function findChallenger(
  db: Executor,
  challengerId: string,
): Promise<ChallengerRow | undefined> {
  const [row] = await db
    .select()
    .from(standingChallengers)
    .where(eq(standingChallengers.challengerId, challengerId));
  return row;
}

/** Newest first, without their files. */
export function listChallengers(db: Executor, limit: number): Promise<ChallengerRecord[]> {
  return db
    .select({ challenger: COLUMNS_BUT_THE_FILE, promotion: standingPromotions })
    .from(standingChallengers)
    .leftJoin(
      standingPromotions,
      eq(standingPromotions.challengerId, standingChallengers.challengerId),
    )
    .orderBy(desc(standingChallengers.importedAt), desc(standingChallengers.challengerId))
    .limit(limit);
}

/** Those that are asked beside the score in force: the newest that nobody has promoted. */
export function challengersInShadow(
  db: Executor,
  limit: number,
): Promise<Pick<ChallengerRow, 'challengerId'>[]> {
  return db
    .select({ challengerId: standingChallengers.challengerId })
    .from(standingChallengers)
    .leftJoin(
      standingPromotions,
      eq(standingPromotions.challengerId, standingChallengers.challengerId),
    )
    .where(isNull(standingPromotions.challengerId))
    .orderBy(desc(standingChallengers.importedAt), desc(standingChallengers.challengerId))
    .limit(limit);
}

export async function insertShadowScores(tx: Executor, rows: readonly ShadowRow[]): Promise<void> {
  if (rows.length > 0) await tx.insert(standingShadowScores).values([...rows]);
}

/** The newest scores of a model and what a challenger said of the same companies. */
export function shadowPairs(
  db: Executor,
  { challengerId, modelId, limit }: { challengerId: string; modelId: string; limit: number },
): Promise<{ champion: number | null; challenger: number | null }[]> {
  return db
    .select({ champion: standingScores.score, challenger: standingShadowScores.score })
    .from(standingShadowScores)
    .innerJoin(standingScores, eq(standingScores.scoreId, standingShadowScores.scoreId))
    .where(
      and(
        eq(standingShadowScores.challengerId, challengerId),
        eq(standingScores.modelId, modelId),
        isNotNull(standingScores.score),
      ),
    )
    .orderBy(desc(standingScores.scoredAt), desc(standingScores.scoreId))
    .limit(limit);
}

export async function insertComparison(tx: Executor, row: ComparisonRow): Promise<void> {
  await tx.insert(standingComparisons).values(row);
}

export async function findComparison(
  db: Executor,
  comparisonId: string,
): Promise<ComparisonRow | undefined> {
  const [row] = await db
    .select()
    .from(standingComparisons)
    .where(eq(standingComparisons.comparisonId, comparisonId));
  return row;
}

/** A challenger's comparisons, newest first. */
export function comparisonsOf(
  db: Executor,
  challengerId: string,
  limit: number,
): Promise<ComparisonRow[]> {
  return db
    .select()
    .from(standingComparisons)
    .where(eq(standingComparisons.challengerId, challengerId))
    .orderBy(desc(standingComparisons.comparedAt), desc(standingComparisons.comparisonId))
    .limit(limit);
}

export async function findPromotion(
  db: Executor,
  challengerId: string,
): Promise<PromotionRow | undefined> {
  const [row] = await db
    .select()
    .from(standingPromotions)
    .where(eq(standingPromotions.challengerId, challengerId));
  return row;
}

export async function insertPromotion(tx: Executor, row: PromotionRow): Promise<void> {
  await tx.insert(standingPromotions).values(row);
}
