import type {
  Outcome,
  ProgrammeRules,
  ProgrammeWriting,
  Ranked,
} from '../../shared/contracts/http-programmes.ts';
import type { IdMaker } from '../../shared/domain/ids.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import { err, ok, type Result } from '../../shared/kernel/result.ts';
import { recordAct } from '../access/audit-store.ts';
import type { Principal } from '../access/principal.ts';
import type { Executor, OpenDatabase } from '../db/database.ts';
import { insertCityEntries } from '../ledger/city-entry-store.ts';
import { dayOf } from '../merchants/china-time.ts';
import { takeSettlementTurn } from '../settlement/due-store.ts';
import {
  approvalOf,
  findProgramme,
  findRun,
  insertApproval,
  insertOutcome,
  insertProgramme,
  insertRun,
  outcomesOf,
  type ProgrammeRow,
  type RunRecord,
  readCandidates,
} from './programme-store.ts';
import { programmeHash, rankCompanies } from './ranking.ts';

/**
 * - `own_work`: whoever wrote or ran it does not approve it
 * - `not_running`: today is not between the programme's days
 * - `conflict`: that id is something else already, or another run was approved
 */
export type ProgrammeFailure = 'not_found' | 'own_work' | 'not_running' | 'conflict';

type Answer<T> = Promise<Result<T, ProgrammeFailure>>;

export interface ProgrammeParts {
  readonly database: OpenDatabase;
  readonly clock: Clock;
  readonly newId: IdMaker;
}

/** Programmes of the bureau: rules, a preview, runs, approval by another person, payment, outcome. */
export class ProgrammeDesk {
  private readonly parts: ProgrammeParts;

  constructor(parts: ProgrammeParts) {
    this.parts = parts;
  }

  /** What a run of these rules would say now; nothing is kept. */
  preview(rules: ProgrammeRules): Promise<{ inputHash: string; ranked: Ranked[] }> {
    const at = new Date(this.parts.clock.now());
    return this.parts.database.snapshot(async (tx) => {
      const candidates = await readCandidates(tx, at);
      const ranked = rankCompanies(rules, candidates);
      return { inputHash: programmeHash(rules, candidates), ranked };
    });
  }

  /** Keeps a programme's rules; they do not change afterwards. */
  write({ programmeId, rules }: ProgrammeWriting, by: Principal): Answer<ProgrammeRow> {
    return this.act(async (tx, at) => {
      const known = await findProgramme(tx, programmeId);
      if (known)
        return programmeHash(known.rules, []) === programmeHash(rules, [])
          ? ok(known)
          : err('conflict');
      const row = { programmeId, rules, writtenBy: by.subject, writtenAt: at };
      await insertProgramme(tx, row);
      await recordAct(tx, { action: 'programme.write', by, subject: programmeId, at });
      return ok(row);
    });
  }

  /** Ranks the companies of now and keeps everything that was looked at; the same id again is the same run. */
  run(programmeId: string, runId: string, by: Principal): Answer<RunRecord> {
    return this.act(async (tx, at) => {
      const known = await findRun(tx, runId);
      if (known) return known.run.programmeId === programmeId ? ok(known) : err('conflict');
      const programme = await findProgramme(tx, programmeId);
      if (!programme) return err('not_found');
      const candidates = await readCandidates(tx, at);
      const { rules } = programme;
      const inputHash = programmeHash(rules, candidates);
      const ranked = rankCompanies(rules, candidates);
      const made = { inputHash, candidates, ranked, ranBy: by.subject, ranAt: at };
      const run = { runId, programmeId, ...made };
      await insertRun(tx, run);
      await recordAct(tx, { action: 'programme.run', by, subject: runId, at });
      return ok({ run, approval: null });
    });
  }

  /** Another person approves a run: its subsidies are owed to the companies, and the next settlement pays them. */
  approve(runId: string, note: string, by: Principal): Answer<RunRecord> {
    return this.act(async (tx, at) => {
      const record = await findRun(tx, runId);
      if (!record) return err('not_found');
      const { run } = record;
      const programme = await findProgramme(tx, run.programmeId);
      if (!programme) return err('not_found');
      if (record.approval)
        return record.approval.approvedBy === by.subject ? ok(record) : err('conflict');
      if (await approvalOf(tx, run.programmeId)) return err('conflict');
      if ([run.ranBy, programme.writtenBy].includes(by.subject)) return err('own_work');
      const today = dayOf(at.getTime());
      const { rules } = programme;
      if (today < rules.from || today > rules.to) return err('not_running');
      const approval = {
        runId,
        programmeId: run.programmeId,
        note,
        approvedBy: by.subject,
        approvedAt: at,
      };
      await this.award(tx, { ...record, approval }, rules);
      await recordAct(tx, { action: 'programme.approve', by, subject: runId, at });
      return ok({ run, approval });
    });
  }

  /** What became of a company that was awarded. @returns false where that was told already */
  tellOutcome(runId: string, told: Outcome, by: Principal): Answer<boolean> {
    return this.act(async (tx, at) => {
      const record = await findRun(tx, runId);
      const isAwarded = record?.run.ranked.some(
        ({ merchantId, awarded }) => awarded && merchantId === told.merchantId,
      );
      if (!record?.approval || !isAwarded) return err('not_found');
      const isNew = await insertOutcome(tx, { ...told, runId, toldBy: by.subject, toldAt: at });
      if (isNew)
        await recordAct(tx, { action: 'programme.outcome', by, subject: told.outcomeId, at });
      const kept = (await outcomesOf(tx, runId)).some((each) => each.outcomeId === told.outcomeId);
      return kept ? ok(isNew) : err('conflict');
    });
  }

  private async award(
    tx: Executor,
    { run, approval }: RunRecord & { readonly approval: NonNullable<RunRecord['approval']> },
    rules: ProgrammeRules,
  ): Promise<void> {
    const { newId } = this.parts;
    const amountMinor = BigInt(rules.awardMinor);
    const paid = rules.kind === 'subsidy' ? run.ranked.filter(({ awarded }) => awarded) : [];
    const awards = paid.map(({ merchantId }) => {
      return { awardId: newId(), runId: run.runId, merchantId, amountMinor };
    });
    await insertApproval(tx, approval, awards);
    await insertCityEntries(
      tx,
      awards.map(({ awardId, merchantId }) => ({
        entryId: newId(),
        kind: 'subsidy' as const,
        subjectId: awardId,
        bookedAt: approval.approvedAt,
        postings: [
          {
            debit: 'expense:programmes' as const,
            credit: `payable:merchant:${merchantId}` as const,
            amountMinor,
            currency: rules.currency,
          },
        ],
        toSettle: { merchantId, amountMinor },
      })),
    );
  }

  /** One at a time, settlement among them: what is owed must not move under a run of it. */
  private act<T>(work: (tx: Executor, at: Date) => Answer<T>): Answer<T> {
    const at = new Date(this.parts.clock.now());
    return this.parts.database.transact(async (tx) => {
      await takeSettlementTurn(tx);
      return work(tx, at);
    });
  }
}
