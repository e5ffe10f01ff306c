import type { Payout, SettlementRun } from '../../shared/contracts/http-settlement.ts';
import type { Executor } from '../db/database.ts';
import { filesOf, type ListedPayout, type RunRow, runTotals } from './settlement-store.ts';

/** A payout as it is shown: the account by its last four places. */
export function payoutView(payout: ListedPayout): Payout {
  return {
    payoutId: payout.payoutId,
    merchantId: payout.merchantId,
    companyName: payout.companyName,
    currency: payout.currency,
    capturedMinor: payout.capturedMinor.toString(),
    refundedMinor: payout.refundedMinor.toString(),
    feeMinor: payout.feeMinor.toString(),
    adjustedMinor: payout.adjustedMinor.toString(),
    amountMinor: payout.amountMinor.toString(),
    accountEnd: payout.accountNumber.slice(-4),
    state: payout.state,
    reasonCode: payout.reasonCode,
    changedAt: payout.changedAt.toISOString(),
  };
}

/** Runs with what became of their payouts. */
export async function runViews(db: Executor, runs: readonly RunRow[]): Promise<SettlementRun[]> {
  const ids = runs.map(({ runId }) => runId);
  const totals = await runTotals(db, ids);
  const files = await filesOf(db, ids);
  return runs.map((run) => {
    const own = totals.filter(({ runId }) => runId === run.runId);
    const counts = new Map(own.map(({ state, count }) => [state, Number(count)]));
    const of = (state: (typeof own)[number]['state']): number => counts.get(state) ?? 0;
    return {
      runId: run.runId,
      kind: run.kind,
      day: run.day,
      merchantId: run.merchantId,
      currency: run.currency,
      capturedBefore: run.capturedBefore.toISOString(),
      startedAt: run.startedAt.toISOString(),
      payouts: [...counts.values()].reduce((sum, count) => sum + count, 0),
      totalMinor: own.reduce((sum, row) => sum + BigInt(row.totalMinor), 0n).toString(),
      feeMinor: own.reduce((sum, row) => sum + BigInt(row.feeMinor), 0n).toString(),
      states: {
        instructed: of('instructed'),
        accepted: of('accepted'),
        booked: of('booked'),
        returned: of('returned'),
      },
      files: files
        .filter(({ runId }) => runId === run.runId)
        .map(({ messageId, executionDate, sentAt }) => ({
          messageId,
          executionDate,
          sentAt: sentAt?.toISOString() ?? null,
        })),
    };
  });
}
