import type { SettlementRequest } from '../../shared/contracts/http-settlement.ts';
import type { IdMaker } from '../../shared/domain/ids.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import { err, ok, type Result } from '../../shared/kernel/result.ts';
import { recordAct } from '../access/audit-store.ts';
import type { Principal } from '../access/principal.ts';
import type { Executor, OpenDatabase } from '../db/database.ts';
import { type CityEntry, postingsOfPayout } from '../ledger/city-entry.ts';
import { insertCityEntries } from '../ledger/city-entry-store.ts';
import { addDays, dayOf, startOfDay } from '../merchants/china-time.ts';
import type { BusinessDays } from './business-days.ts';
import { type DuePayout, gatherDue, settleDue, sumDue, takeSettlementTurn } from './due-store.ts';
import { type DebtorAccount, isoId, paymentInitiation } from './payment-initiation.ts';
import {
  findDailyRun,
  findRun,
  insertFiles,
  insertPayouts,
  insertRun,
  type RunRow,
} from './settlement-store.ts';

/** Lines of one payment file: what banks take, and what stays readable. */
const MAX_LINES = 2_000;

/**
 * - `too_early`: what was taken on that day may still be reversed
 * - `run_differs`: there is another run of this id
 */
export type SettlementFailure = 'too_early' | 'run_differs';

export interface SettlementParts {
  readonly database: OpenDatabase;
  readonly clock: Clock;
  readonly newId: IdMaker;
  readonly businessDays: BusinessDays;
  readonly debtor: DebtorAccount;
  /** As long as a hub may reverse a capture (`HUB_REVERSAL_MINUTES`) it is left alone. */
  readonly reversalMinutes: number;
}

/**
 * Pays merchants what they are owed. A run is one transaction: what is due, the payouts, their entries in the city's book and
 * the files for the bank, whose ids are thereby kept before anything is sent. Sending is the bank desk's.
 */
export class Settlement {
  private readonly parts: SettlementParts;

  constructor(parts: SettlementParts) {
    this.parts = parts;
  }

  /**
   * Runs a settlement; a day is settled once, and a run of the same id or day is the one that was.
   *
   * @returns the run's id
   */
  run(request: SettlementRequest, by: Principal): Promise<Result<string, SettlementFailure>> {
    const { database, clock, reversalMinutes } = this.parts;
    const now = clock.now();
    const safe = new Date(now - reversalMinutes * 60_000);
    return database.transact(async (tx) => {
      await takeSettlementTurn(tx);
      const merchantId = request.kind === 'demand' ? (request.merchantId ?? null) : null;
      const { runId, kind, currency } = request;
      const known = await findRun(tx, runId);
      if (known) return isSameRun(known, request) ? ok(runId) : err('run_differs');
      const day = request.kind === 'daily' ? request.day : dayOf(now);
      const daily = kind === 'daily' ? await findDailyRun(tx, { day, currency }) : undefined;
      if (daily) return ok(daily.runId);
      const capturedBefore = kind === 'daily' ? startOfDay(addDays(day, 1)) : safe;
      if (capturedBefore > safe) return err('too_early');
      const startedAt = new Date(now);
      const run = { runId, kind, day, merchantId, currency, capturedBefore, startedAt };
      await insertRun(tx, run);
      await this.pay(tx, run);
      await recordAct(tx, { action: 'settlement.run', by, subject: runId, at: startedAt });
      return ok(runId);
    });
  }

  private async pay(tx: Executor, run: RunRow): Promise<void> {
    const { currency, capturedBefore } = run;
    const merchantId = run.merchantId ?? undefined;
    await gatherDue(tx, { currency, capturedBefore, merchantId });
    // who owes more than is owed to them waits
    const due = (await sumDue(tx)).filter(({ amountMinor }) => amountMinor > 0n);
    for (let from = 0; from < due.length; from += MAX_LINES) {
      await this.payFile(tx, run, due.slice(from, from + MAX_LINES));
    }
    await settleDue(tx, run.runId);
  }

  /** One file with its payouts and their entries. */
  private async payFile(tx: Executor, run: RunRow, due: readonly DuePayout[]): Promise<void> {
    const { newId, businessDays, debtor } = this.parts;
    const { runId, currency, startedAt: at } = run;
    const messageId = isoId(newId());
    const paid = due.map((each) => ({ ...each, payoutId: newId() }));
    const executionDate = businessDays.onOrAfter(dayOf(at.getTime()));
    const content = paymentInitiation({
      messageId,
      madeAt: at,
      executionDate,
      currency,
      debtor,
      transfers: paid.map((each) => ({
        ...each,
        remittance: `WUMA ${run.day} ${each.merchantId}`,
      })),
    });
    await insertFiles(tx, [{ messageId, runId, executionDate, content, madeAt: at, sentAt: null }]);
    await insertPayouts(
      tx,
      paid.map((each) => ({
        payoutId: each.payoutId,
        runId,
        messageId,
        merchantId: each.merchantId,
        accountId: each.accountId,
        currency,
        capturedMinor: each.capturedMinor,
        refundedMinor: each.refundedMinor,
        feeMinor: each.feeMinor,
        adjustedMinor: each.adjustedMinor,
        amountMinor: each.amountMinor,
        state: 'instructed' as const,
        reasonCode: null,
        changedAt: at,
      })),
    );
    await insertCityEntries(
      tx,
      paid.map(
        (each): CityEntry => ({
          entryId: newId(),
          kind: 'payout',
          subjectId: each.payoutId,
          bookedAt: at,
          postings: postingsOfPayout({ ...each, currency }),
        }),
      ),
    );
  }
}

function isSameRun(run: RunRow, request: SettlementRequest): boolean {
  if (run.kind !== request.kind || run.currency !== request.currency) return false;
  return request.kind === 'daily'
    ? run.day === request.day
    : run.merchantId === (request.merchantId ?? null);
}
