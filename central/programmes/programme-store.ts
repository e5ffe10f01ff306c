import { desc, eq, inArray, sql } from 'drizzle-orm';
import type {
  Candidate,
  ProgrammeLog,
  ProgrammeRun,
} from '../../shared/contracts/http-programmes.ts';
import type { Executor } from '../db/database.ts';
import { audit, merchants } from '../db/merchant-schema.ts';
import {
  programmeApprovals,
  programmeAwards,
  programmeOutcomes,
  programmeRuns,
  programmes,
} from '../db/programme-schema.ts';
import { streetBehaviour } from '../standing/street-behaviour-store.ts';

export type ProgrammeRow = typeof programmes.$inferSelect;
export type ProgrammeRunRow = typeof programmeRuns.$inferSelect;
export type ApprovalRow = typeof programmeApprovals.$inferSelect;
export type AwardRow = typeof programmeAwards.$inferSelect;
export type OutcomeRow = typeof programmeOutcomes.$inferSelect;

/** Companies that may be considered, with what is known of them: approved ones that have consented to be scored. */
export async function readCandidates(db: Executor, at: Date): Promise<Candidate[]> {
  const rows = await db.execute<{
    merchant_id: string;
    applied_at: string;
    score: number | null;
  }>(sql`
    select m.merchant_id, m.applied_at, s.score
    from merchants m
    join lateral (select given from standing_consents where merchant_id = m.merchant_id
                  order by version desc limit 1) c on c.given
    left join lateral (select score from standing_scores where merchant_id = m.merchant_id
                       order by scored_at desc, score_id desc limit 1) s on true
    where m.state = 'approved' order by m.merchant_id`);
  const candidates: Candidate[] = [];
  for (const row of rows) {
    const street = await streetBehaviour(db, row.merchant_id, at);
    const measures = Object.fromEntries(street);
    candidates.push({
      merchantId: row.merchant_id,
      appliedAt: new Date(row.applied_at).toISOString(),
      measures: row.score === null ? measures : { ...measures, standing_score: row.score },
    });
  }
  return candidates;
}

export async function findProgramme(
  db: Executor,
  programmeId: string,
): Promise<ProgrammeRow | undefined> {
  const [row] = await db.select().from(programmes).where(eq(programmes.programmeId, programmeId));
  return row;
}

/** Programmes, newest first. */
export function listProgrammes(db: Executor, limit: number): Promise<ProgrammeRow[]> {
  return db.select().from(programmes).orderBy(desc(programmes.writtenAt)).limit(limit);
}

export async function insertProgramme(tx: Executor, row: ProgrammeRow): Promise<void> {
  await tx.insert(programmes).values(row);
}

export async function insertRun(tx: Executor, row: ProgrammeRunRow): Promise<void> {
  await tx.insert(programmeRuns).values(row);
}

export interface RunRecord {
  readonly run: ProgrammeRunRow;
  readonly approval: ApprovalRow | null;
}

/** A programme's runs, newest first. */
export function runsOf(db: Executor, programmeId: string, limit: number): Promise<RunRecord[]> {
  return db
    .select({ run: programmeRuns, approval: programmeApprovals })
    .from(programmeRuns)
    .leftJoin(programmeApprovals, eq(programmeApprovals.runId, programmeRuns.runId))
    .where(eq(programmeRuns.programmeId, programmeId))
    .orderBy(desc(programmeRuns.ranAt), desc(programmeRuns.runId))
    .limit(limit);
}

export async function findRun(db: Executor, runId: string): Promise<RunRecord | undefined> {
  const [record] = await db
    .select({ run: programmeRuns, approval: programmeApprovals })
    .from(programmeRuns)
    .leftJoin(programmeApprovals, eq(programmeApprovals.runId, programmeRuns.runId))
    .where(eq(programmeRuns.runId, runId));
  return record;
}

/** The run of a programme that was approved. */
export async function approvalOf(
  db: Executor,
  programmeId: string,
): Promise<ApprovalRow | undefined> {
  const [row] = await db
    .select()
    .from(programmeApprovals)
    .where(eq(programmeApprovals.programmeId, programmeId));
  return row;
}

export async function insertApproval(
  tx: Executor,
  approval: ApprovalRow,
  awards: readonly AwardRow[],
): Promise<void> {
  await tx.insert(programmeApprovals).values(approval);
  if (awards.length > 0) await tx.insert(programmeAwards).values([...awards]);
}

/** A run's awards and how far settlement has paid them. */
export async function awardsOf(db: Executor, runId: string): Promise<ProgrammeRun['awards']> {
  const rows = await db.execute<{
    merchant_id: string;
    amount_minor: string;
    state: ProgrammeRun['awards'][number]['payout'] | null;
  }>(sql`
    select a.merchant_id, a.amount_minor, o.state
    from programme_awards a
    left join city_entries c on c.kind = 'subsidy' and c.subject_id = a.award_id
    left join settlement_adjustments s on s.entry_id = c.entry_id
    left join payouts o on o.payout_id = s.payout_id
    where a.run_id = ${runId} order by a.merchant_id`);
  return rows.map((row) => ({
    merchantId: row.merchant_id,
    amountMinor: row.amount_minor,
    payout: row.state ?? 'owed',
  }));
}

export function outcomesOf(db: Executor, runId: string): Promise<OutcomeRow[]> {
  return db
    .select()
    .from(programmeOutcomes)
    .where(eq(programmeOutcomes.runId, runId))
    .orderBy(programmeOutcomes.day, programmeOutcomes.outcomeId);
}

/** @returns false where that id is kept already */
export async function insertOutcome(tx: Executor, row: OutcomeRow): Promise<boolean> {
  const inserted = await tx
    .insert(programmeOutcomes)
    .values(row)
    .onConflictDoNothing()
    .returning({ outcomeId: programmeOutcomes.outcomeId });
  return inserted.length > 0;
}

/** What companies are called, by id. */
export function companyNames(
  db: Executor,
  merchantIds: readonly string[],
): Promise<ProgrammeRun['companies']> {
  return db
    .select({ merchantId: merchants.merchantId, companyName: merchants.companyName })
    .from(merchants)
    .where(inArray(merchants.merchantId, [...merchantIds]))
    .orderBy(merchants.merchantId);
}

/** Who did what with these programmes, runs and outcomes, oldest first. */
export async function actsOn(
  db: Executor,
  subjects: readonly string[],
): Promise<ProgrammeLog['acts']> {
  const rows = await db
    .select()
    .from(audit)
    .where(inArray(audit.subject, [...subjects]))
    .orderBy(audit.seq);
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
}
