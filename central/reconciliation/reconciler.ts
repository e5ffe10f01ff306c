import type { FindingCode, LedgerFinding } from '../../shared/contracts/ledger-verdict.ts';
import type { FoundDifference } from '../../shared/contracts/reconciliation.ts';
import type { DifferenceCode } from '../../shared/domain/reconciliation.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import type { Stoppable } from '../../shared/kernel/lifecycle.ts';
import type { OpenDatabase } from '../db/database.ts';
import type { CentralEvents } from '../events.ts';
import { codesUsedAgain } from '../phones/phone-store.ts';
import { readPutAside } from '../verification/book-reader-store.ts';
import { verifyBook } from '../verification/verify-book.ts';
import { recordDifferences, recordRun, takeReconcilingTurn } from './exception-store.ts';

export interface ReconcilerParts {
  readonly database: OpenDatabase;
  readonly hubs: readonly string[];
  readonly clock: Clock;
  readonly events: CentralEvents;
  /** Hours and minutes in UTC at which the books are walked every day. */
  readonly at: { readonly hour: number; readonly minute: number };
  /** Why a hub's intake stands still, while it does. */
  readonly haltedAt: (hubId: string) => { readonly code: string; readonly seq: number } | undefined;
}

const DAY_MS = 86_400_000;

/** What a walk finds, in the words of the exception queue. */
const CODE_OF: Record<FindingCode, DifferenceCode> = {
  gap: 'lost_middle',
  prev_hash_differs: 'chain_broken',
  hash_differs: 'chain_broken',
  head_differs: 'chain_broken',
  unreadable: 'chain_broken',
  row_missing: 'not_booked',
  row_differs: 'booking_differs',
  row_without_event: 'surplus',
  posting_differs: 'booking_differs',
  state_differs: 'booking_differs',
  request_missing: 'booking_differs',
  request_differs: 'booking_differs',
  balance_differs: 'booking_differs',
  audit_differs: 'chain_broken',
};

/**
 * Walks the books of every hub once a day and puts what it finds into the exception queue: differences between the inbox and
 * the book, events that were put aside, codes that have paid twice, intakes that stand still. A hub's own ledger and terminals' journals, which central
 * cannot reach, are held against it by `wuma reconcile`.
 */
export class Reconciler implements Stoppable {
  readonly name = 'reconciler';
  private readonly parts: ReconcilerParts;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<unknown> = Promise.resolve();
  private stopped = false;

  constructor(parts: ReconcilerParts) {
    this.parts = parts;
  }

  start(): void {
    this.timer = setTimeout(() => {
      this.running = this.runAll().finally(() => {
        if (!this.stopped) this.start();
      });
    }, this.untilNextMs());
    this.timer.unref();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  /** Walks every hub's books now. @returns how many differences were found */
  async runAll(): Promise<number> {
    let differences = 0;
    for (const hubId of this.parts.hubs) {
      if (this.stopped) break;
      try {
        const found = await this.run(hubId);
        differences += found;
        this.parts.events.reconciled(hubId, found);
      } catch (error) {
        this.parts.events.reconciliationFailed(hubId, error);
      }
    }
    return differences;
  }

  private async run(hubId: string): Promise<number> {
    const { database, clock, haltedAt } = this.parts;
    const { verdict, aside, usedAgain } = await database.snapshot(async (tx) => ({
      verdict: await verifyBook(tx, hubId),
      aside: await readPutAside(tx, hubId),
      usedAgain: await codesUsedAgain(tx, hubId),
    }));
    const halted = haltedAt(hubId);
    const differences: FoundDifference[] = [
      ...verdict.findings.map(differenceOf),
      ...[...aside].map(([seq, reason]) => ({
        code: 'not_booked' as const,
        subject: `event ${seq}`,
        seq,
        detail: `put aside: ${reason}`,
      })),
      ...usedAgain,
      ...(halted ? [haltedDifference(halted)] : []),
    ];
    const at = new Date(clock.now());
    await database.transact(async (tx) => {
      await takeReconcilingTurn(tx);
      await recordDifferences(tx, { hubId, source: 'nightly', differences, at });
      const headSeq = verdict.head.seq;
      await recordRun(tx, { hubId, runAt: at, headSeq, differences: differences.length });
    });
    return differences.length;
  }

  private untilNextMs(): number {
    const { at, clock } = this.parts;
    const now = clock.now();
    const today = now - (now % DAY_MS) + (at.hour * 60 + at.minute) * 60_000;
    return today > now ? today - now : today + DAY_MS - now;
  }
}

function differenceOf({ code, table, key, seq, detail }: LedgerFinding): FoundDifference {
  const isAmount = code === 'row_differs' && detail.split(', ').includes('amount_minor');
  return {
    code: isAmount ? 'amount_differs' : CODE_OF[code],
    subject: `${table} ${key}`.slice(0, 200),
    seq,
    detail: `${code}: ${detail}`.slice(0, 500),
  };
}

function haltedDifference({ code, seq }: { code: string; seq: number }): FoundDifference {
  return {
    code: code === 'gap' ? 'lost_middle' : 'chain_broken',
    subject: `intake at event ${seq}`,
    seq,
    detail: `the intake stands still: ${code}`,
  };
}
