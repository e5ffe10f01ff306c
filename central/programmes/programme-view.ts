import {
  type Programme,
  type ProgrammeLog,
  type ProgrammeRun,
  programmeRunSchema,
} from '../../shared/contracts/http-programmes.ts';
import type { Executor } from '../db/database.ts';
import {
  actsOn,
  awardsOf,
  companyNames,
  findProgramme,
  findRun,
  type OutcomeRow,
  outcomesOf,
  type ProgrammeRow,
  type RunRecord,
  runsOf,
} from './programme-store.ts';
import { programmeHash, rankCompanies } from './ranking.ts';

const SHOWN_RUNS = 20;
const rankedSchema = programmeRunSchema.shape.ranked;

/** A programme and its newest runs. */
export async function programmeView(db: Executor, row: ProgrammeRow): Promise<Programme> {
  const records = await runsOf(db, row.programmeId, SHOWN_RUNS);
  return {
    programmeId: row.programmeId,
    rules: row.rules,
    writtenAt: row.writtenAt.toISOString(),
    runs: records.map(({ run, approval }) => ({
      runId: run.runId,
      inputHash: run.inputHash,
      ranAt: run.ranAt.toISOString(),
      awarded: run.ranked.filter(({ awarded }) => awarded).length,
      approvedAt: approval?.approvedAt.toISOString() ?? null,
      note: approval?.note ?? null,
    })),
  };
}

/** A run, ranked once more from what was kept, for one person. @returns undefined where there is none */
export async function runView(
  db: Executor,
  runId: string,
  subject: string,
): Promise<ProgrammeRun | undefined> {
  const found = await runOf(db, runId);
  if (!found) return undefined;
  const { run, approval, programme } = found;
  const { candidates, ranked, inputHash, programmeId } = run;
  const again = rankedSchema.parse(rankCompanies(programme.rules, candidates));
  const kept = rankedSchema.parse(ranked);
  const reproduced =
    programmeHash(programme.rules, candidates) === inputHash &&
    JSON.stringify(again) === JSON.stringify(kept);
  const ids = candidates.map(({ merchantId }) => merchantId);
  return {
    programmeId,
    runId,
    inputHash,
    ranAt: run.ranAt.toISOString(),
    approvedAt: approval?.approvedAt.toISOString() ?? null,
    note: approval?.note ?? null,
    reproduced,
    ownWork: [run.ranBy, programme.writtenBy].includes(subject),
    candidates,
    ranked: kept,
    companies: await companyNames(db, ids),
    awards: await awardsOf(db, runId),
    outcomes: (await outcomesOf(db, runId)).map(outcomeView),
  };
}

/** A run as a file to keep. @returns undefined where there is none */
export async function runLog(db: Executor, runId: string): Promise<ProgrammeLog | undefined> {
  const found = await runOf(db, runId);
  if (!found) return undefined;
  const { run, programme } = found;
  const { programmeId, inputHash, candidates, ranked } = run;
  const outcomes = (await outcomesOf(db, runId)).map(outcomeView);
  const subjects = [programmeId, runId, ...outcomes.map(({ outcomeId }) => outcomeId)];
  return {
    version: 1,
    programmeId,
    runId,
    rules: programme.rules,
    inputHash,
    candidates,
    ranked: rankedSchema.parse(ranked),
    awards: await awardsOf(db, runId),
    outcomes,
    acts: await actsOn(db, subjects),
  };
}

async function runOf(
  db: Executor,
  runId: string,
): Promise<(RunRecord & { readonly programme: ProgrammeRow }) | undefined> {
  const record = await findRun(db, runId);
  const programme = record && (await findProgramme(db, record.run.programmeId));
  return programme && { ...record, programme };
}

function outcomeView({ outcomeId, merchantId, day, outcome, note }: OutcomeRow) {
  return { outcomeId, merchantId, day, outcome, note };
}
