import { createHash } from 'node:crypto';
import type { Spending } from '../../edge-hub/allowance/spending.ts';
import type { Discounts } from '../../edge-hub/campaign/discounts.ts';
import type { OpenDatabase, Transact } from '../../edge-hub/db/database.ts';
import type { HubEvents } from '../../edge-hub/events.ts';
import { LedgerStore } from '../../edge-hub/ledger/ledger-store.ts';
import type { OutboxStore } from '../../edge-hub/outbox/outbox-store.ts';
import { claimEvidence } from '../../edge-hub/payment/claim.ts';
import { PaymentLifeCycle } from '../../edge-hub/payment/life-cycle.ts';
import { type PaymentAttempt, PaymentBooking } from '../../edge-hub/payment/payment-booking.ts';
import { Conclusion } from '../../edge-hub/payment/payment-conclusion.ts';
import { QuestionBook } from '../../edge-hub/payment/question-book.ts';
import { WrongAnswerStore } from '../../edge-hub/payment/wrong-answer-store.ts';
import { ReplyWriter } from '../../edge-hub/terminal-reply.ts';
import { moveSigningInput } from '../../shared/contracts/terminal-moves.ts';
import type { SimProcess } from './world.ts';

interface Asked {
  readonly requestId: string;
  readonly paymentId: string;
  readonly terminalId: string;
  readonly amountMinor: bigint;
}

/** A terminal's request, after ingress. */
export type TerminalRequest = Asked &
  (
    | { readonly kind: 'pay'; readonly shopperId: string; readonly captureLater: boolean }
    | { readonly kind: 'capture' | 'refund' | 'reverse' | 'cancel' }
  );

/** `done` is on disk; `fault`: it is not known, and may be asked again. */
export type TerminalReply =
  | {
      readonly outcome: 'done';
      readonly move: 'capture' | 'authorise' | 'refund' | 'reverse' | 'cancel';
    }
  | { readonly outcome: 'refused'; readonly code: string }
  | { readonly outcome: 'fault' };

const HOUR_MS = 3_600_000;
const AMOUNTS = {
  withDepthMinor: 50_000n,
  withLightMinor: 50_000n,
  colourOnlyMinor: 20_000n,
  pinAboveMinor: 20_000n,
  pinAboveForRegularsMinor: 30_000n,
  minorsLimitMinor: 5_000n,
};
export const MOVES = {
  authorisationMs: HOUR_MS,
  reversalMs: 2 * HOUR_MS,
  refundMs: 90 * 24 * HOUR_MS,
  refundLimitMinor: 50_000n,
  refundDailyLimitMinor: 200_000n,
};

/** Where a hub's requests meet its books: everything of a payment but the face. */
export class HubDesk {
  readonly lifeCycle: PaymentLifeCycle;
  private readonly settled: () => Promise<void>;
  private readonly booking: PaymentBooking;
  private readonly conclusion: Conclusion;
  private readonly process: SimProcess;

  constructor(parts: {
    readonly hubId: string;
    readonly process: SimProcess;
    readonly database: OpenDatabase;
    /** Commits in a group, and wakes the relay. */
    readonly transact: Transact;
    readonly outbox: OutboxStore;
    readonly events: HubEvents;
    readonly spending: Spending;
    readonly discounts: Discounts;
  }) {
    const { process, database } = parts;
    const { newId } = process;
    const own = {
      ...parts,
      clock: process,
      newId,
      ledger: new LedgerStore(database.db),
      replies: new ReplyWriter({ ...parts, clock: process, newId }),
    };
    this.process = process;
    this.settled = database.settled;
    this.booking = new PaymentBooking({
      ...own,
      isEnrolled: () => true,
      authorisationMs: MOVES.authorisationMs,
    });
    this.conclusion = new Conclusion({
      ...own,
      booking: this.booking,
      settled: database.settled,
      amounts: AMOUNTS,
      questions: new QuestionBook(process, newId),
      wrongAnswers: new WrongAnswerStore(database.db),
      shoppers: { hasLookAlike: () => false },
      secretsOf: () => ({ phone: null, phoneLast4: null, pin: null, minor: false }),
    });
    this.lifeCycle = new PaymentLifeCycle({ ...own, policy: MOVES });
  }

  /** As ingress does: a reply goes out when what it tells of is on disk. */
  async handle(request: TerminalRequest): Promise<TerminalReply> {
    try {
      const reply =
        request.kind === 'pay' ? await this.pay(request) : this.move(request, request.kind);
      await this.settled();
      return reply;
    } catch {
      return { outcome: 'fault' };
    }
  }

  private async pay(request: Extract<TerminalRequest, { kind: 'pay' }>): Promise<TerminalReply> {
    const { conclusion, booking, process } = this;
    const { requestId, shopperId, captureLater } = request;
    const attempt: PaymentAttempt & { receivedAtMs: number } = {
      requestId,
      inputHash: hashOf(request),
      terms: termsOf(request),
      shopName: shopOf(request.terminalId).shopName,
      captureLater,
      way: 'phone',
      receivedAtMs: process.monotonic(),
    };
    const known = booking.alreadyTaken(attempt);
    if (known) return known.ok ? resultOf(known.value.data) : refused(known.error);
    const evidence = { ...claimEvidence(attempt, shopperId), way: 'phone' as const };
    const concluded = await conclusion.conclude(attempt, () => conclusion.verdictOn(evidence), {
      ...evidence,
      evidence,
    });
    if (!concluded.ok) return refused(concluded.error);
    const { data } = concluded.value;
    return 'outcome' in data ? resultOf(data) : refused('a question');
  }

  private move(
    request: TerminalRequest,
    kind: Exclude<TerminalRequest['kind'], 'pay'>,
  ): TerminalReply {
    const { requestId, paymentId, amountMinor } = request;
    const asked = { id: requestId, type: `payment.${kind}`, paymentId, amountMinor } as const;
    const signed = moveSigningInput(request.terminalId, { ...asked, currency: 'CNY' });
    const moved = this.lifeCycle.move({
      requestId,
      inputHash: createHash('sha256').update(signed).digest('hex'),
      kind,
      paymentId,
      amountMinor,
      currency: 'CNY',
      terminal: termsOf(request),
    });
    return moved.ok ? { outcome: 'done', move: kind } : refused(moved.error);
  }
}

/** Where a terminal stands: each in a shop of its own. */
export function shopOf(terminalId: string) {
  const shopId = `shop-${terminalId}`;
  return { terminalId, shopId, shopName: shopId, merchantId: `merchant-${terminalId}` };
}

function termsOf({ paymentId, terminalId, amountMinor }: Asked) {
  const { shopId, merchantId } = shopOf(terminalId);
  return { paymentId, terminalId, shopId, merchantId, amountMinor, currency: 'CNY' } as const;
}

function resultOf({ outcome, code }: { outcome: string; code: string | null }): TerminalReply {
  if (outcome === 'paid') return { outcome: 'done', move: 'capture' };
  if (outcome === 'authorised') return { outcome: 'done', move: 'authorise' };
  return refused(code ?? outcome);
}

function refused(code: string): TerminalReply {
  return { outcome: 'refused', code };
}

function hashOf(request: TerminalRequest): string {
  const text = JSON.stringify({ ...request, amountMinor: request.amountMinor.toString() });
  return createHash('sha256').update(text).digest('hex');
}
