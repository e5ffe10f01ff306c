import type { RefusalCode, Words } from '../../shared/contracts/refusal.ts';
import type {
  PaymentStandingData,
  PaymentStateData,
} from '../../shared/contracts/terminal-moves.ts';
import type { IdMaker } from '../../shared/domain/ids.ts';
import type { Currency } from '../../shared/domain/money.ts';
import {
  afterMove,
  isBooked,
  type MoveFailure,
  type PaymentState,
  refundableMinor,
} from '../../shared/domain/payment.ts';
import { assert, present } from '../../shared/kernel/assert.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import { err, ok, type Result } from '../../shared/kernel/result.ts';
import type { Discounts } from '../campaign/discounts.ts';
import type { Transact } from '../db/database.ts';
import type { HubEvents } from '../events.ts';
import type {
  LedgerStore,
  MoveRequestRow,
  NewMove,
  PaymentTerms,
  StoredPayment,
} from '../ledger/ledger-store.ts';
import type { OutboxStore } from '../outbox/outbox-store.ts';
import type { ReplyWriter } from '../terminal-reply.ts';
import { type MovePolicy, refusedByPolicy } from './move-policy.ts';
import { receiptReference } from './reference.ts';

type MoveKind = MoveRequestRow['kind'];

/** A terminal's request for a move, checked by ingress. */
export interface CheckedMove {
  /** The idempotency key, and the move's id. */
  readonly requestId: string;
  /** sha256 of `moveSigningInput`, hex. */
  readonly inputHash: string;
  readonly kind: MoveKind;
  readonly paymentId: string;
  readonly amountMinor: bigint;
  readonly currency: Currency;
  readonly terminal: Pick<PaymentTerms, 'terminalId' | 'shopId' | 'merchantId'>;
}

const MOVE_REFUSALS = [
  'idempotency_conflict',
  'payment_unknown',
  'payment_cancelled',
  'authorisation_expired',
  'move_not_allowed',
  'not_this_shop',
  'reversal_too_late',
  'refund_above_captured',
  'refund_above_limit',
  'refund_too_late',
] as const satisfies readonly RefusalCode[];
export type MoveRefusal = (typeof MOVE_REFUSALS)[number];

export interface LifeCycleParts {
  readonly hubId: string;
  readonly ledger: LedgerStore;
  readonly outbox: OutboxStore;
  readonly events: HubEvents;
  readonly replies: ReplyWriter;
  /** Commits in a group: on disk only when it has settled, which whoever tells of it waits for. */
  readonly transact: Transact;
  readonly policy: MovePolicy;
  readonly discounts: Discounts;
  readonly clock: Clock;
  readonly newId: IdMaker;
}

const STATE_WORDS: Record<PaymentState, Words> = {
  declined: { 'zh-CN': '尚未支付', en: 'Not paid yet' },
  authorised: { 'zh-CN': '已授权，尚未扣款', en: 'Authorised, not taken yet' },
  captured: { 'zh-CN': '支付成功', en: 'Paid' },
  partly_refunded: { 'zh-CN': '已部分退款', en: 'Partly refunded' },
  refunded: { 'zh-CN': '已退款', en: 'Refunded' },
  reversed: { 'zh-CN': '已撤销', en: 'Reversed' },
  cancelled: { 'zh-CN': '已取消', en: 'Cancelled' },
  expired: { 'zh-CN': '授权已过期', en: 'The authorisation has expired' },
};

const REFUSAL_OF: Record<Exclude<MoveFailure, 'not_allowed'>, MoveRefusal> = {
  amount_differs: 'idempotency_conflict',
  above_captured: 'refund_above_captured',
};

/** Authorisations that one transaction ends. */
const EXPIRY_BATCH = 100;

/**
 * What becomes of a payment after the look: capture, refund, reversal, cancellation, expiry.
 *
 * Invariants: each is one transaction of idempotency row, move, standing, balanced postings and event; a request is decided
 * once, and every copy of it hears the same, a refusal too, so that a late copy never does what the cashier was told had
 * not been done.
 */
export class PaymentLifeCycle {
  private readonly parts: LifeCycleParts;

  constructor(parts: LifeCycleParts) {
    this.parts = parts;
  }

  /** Does what was asked, once. @returns the reply as JSON text */
  move(request: CheckedMove): Result<string, MoveRefusal> {
    return this.parts.transact(() => {
      const known = this.repeated(request);
      if (known) return known;
      const refused = this.refusal(request);
      if (!refused) return ok(this.book(request));
      this.answerWith(request, { code: refused, replyJson: null });
      return err(refused);
    });
  }

  /** How a payment stands; undefined where this shop has none of that id. */
  status(paymentId: string, shopId: string): PaymentStateData | undefined {
    const payment = this.parts.ledger.payment(paymentId);
    if (payment?.shopId !== shopId) return undefined;
    return { ...this.standingOf(payment), words: STATE_WORDS[payment.state], receipt: null };
  }

  /** The shop's last captured payments, newest first. */
  recent(shopId: string, limit: number): PaymentStandingData[] {
    return this.parts.ledger.capturedAt(shopId, limit).map((payment) => this.standingOf(payment));
  }

  /** Ends authorisations whose time is up, as when their terminal has vanished. @returns how many */
  expireDue(): number {
    const { ledger, transact } = this.parts;
    return transact(() => {
      const due = ledger.expired(this.now(), EXPIRY_BATCH);
      for (const payment of due) this.expire(payment);
      return due.length;
    });
  }

  private repeated(request: CheckedMove): Result<string, MoveRefusal> | undefined {
    const { ledger } = this.parts;
    const row = ledger.moveRequest(request.requestId);
    if (!row) return ledger.attempt(request.requestId) ? err('idempotency_conflict') : undefined;
    if (row.inputHash !== request.inputHash) return err('idempotency_conflict');
    return row.replyJson === null ? err(refusalIn(row)) : ok(row.replyJson);
  }

  /** Why it may not be, by the table of moves and by what the operator allows. */
  private refusal(request: CheckedMove): MoveRefusal | undefined {
    const { ledger, policy, clock } = this.parts;
    const { kind, amountMinor, terminal } = request;
    const payment = ledger.payment(request.paymentId);
    if (!payment) return kind === 'cancel' ? undefined : 'payment_unknown';
    if (payment.shopId !== terminal.shopId || payment.merchantId !== terminal.merchantId) {
      return 'not_this_shop';
    }
    if (payment.currency !== request.currency) return 'idempotency_conflict';
    if (this.isDue(payment)) {
      this.expire(payment);
      return kind === 'refund' || kind === 'reverse' ? 'move_not_allowed' : 'authorisation_expired';
    }
    const after = afterMove(payment, { kind, amountMinor });
    if (!after.ok) {
      return after.error === 'not_allowed'
        ? refusedIn(payment.state, kind)
        : REFUSAL_OF[after.error];
    }
    return refusedByPolicy(policy, {
      kind,
      amountMinor,
      capturedAt: payment.capturedAt,
      nowMs: clock.now(),
      refundedSince: (since) => ledger.refundedBy(terminal.terminalId, since),
    });
  }

  private book(request: CheckedMove): string {
    const { hubId, ledger, outbox, replies } = this.parts;
    const { kind, paymentId, amountMinor, currency, terminal } = request;
    const before = ledger.payment(paymentId);
    const terms = before ?? { ...terminal, paymentId, amountMinor, currency };
    const movedAt = this.now();
    const place = outbox.next();
    const eventSeq = place.seq;
    const reference = isBooked(kind)
      ? receiptReference({ ...place, hubId, kind, paymentId, amountMinor, currency, movedAt })
      : undefined;
    const { terminalId } = terminal;
    const moveId = request.requestId;
    const move = { moveId, kind, amountMinor, terminalId, eventSeq, movedAt };
    ledger.recordMove(terms, { ...move, ...(reference !== undefined && { reference }) });
    const payment = present(ledger.payment(paymentId), 'what was just moved');
    this.tell(payment, { ...move, reference });
    const discount = this.discount(payment, move);
    const receipt =
      reference === undefined
        ? null
        : { reference, amountMinor: amountMinor.toString(), currency, ...discount, at: movedAt };
    const words = STATE_WORDS[payment.state];
    const replyJson = replies.write('payment.state', request.requestId, {
      ...this.standingOf(payment),
      words,
      receipt,
    });
    this.answerWith(request, { code: null, replyJson });
    return replyJson;
  }

  /** Discounts what is captured, takes back what is given back; what the receipt says of it. */
  private discount(
    payment: StoredPayment,
    { kind, moveId, movedAt }: Pick<NewMove, 'kind' | 'moveId' | 'movedAt'>,
  ): { readonly discountMinor?: string } {
    const { discounts } = this.parts;
    if (!isBooked(kind)) return {};
    const { amountMinor: priceMinor } = payment;
    const shopperId = present(payment.shopperId, 'who is charged');
    const move = { ...payment, shopperId, moveId, movedAt };
    if (kind === 'capture') {
      const due = discounts.due(move, movedAt);
      if (due) discounts.give(due, move);
      return due ? { discountMinor: due.amountMinor.toString() } : {};
    }
    const refundedMinor = kind === 'reverse' ? priceMinor : payment.refundedMinor;
    const gone = discounts.takeBack(move, { priceMinor, refundedMinor });
    return gone > 0n ? { discountMinor: gone.toString() } : {};
  }

  private expire(payment: StoredPayment): void {
    const { ledger, outbox, newId } = this.parts;
    const { amountMinor, terminalId } = payment;
    const movedAt = this.now();
    const eventSeq = outbox.next().seq;
    const move = { moveId: newId(), kind: 'expire', amountMinor, terminalId } as const;
    ledger.recordMove(payment, { ...move, eventSeq, movedAt });
    this.tell(payment, { ...move, eventSeq, movedAt, reference: undefined });
  }

  /** The event of a move; its sequence is the one that the move's row names. */
  private tell(
    payment: StoredPayment,
    move: Omit<NewMove, 'reference'> & { readonly reference: string | undefined },
  ): void {
    const { events } = this.parts;
    const { paymentId, shopId, merchantId, currency, shopperId } = payment;
    const { kind, moveId, terminalId, movedAt, reference = '' } = move;
    const amountMinor = move.amountMinor.toString();
    const told = { paymentId, shopId, merchantId, currency, terminalId, amountMinor };
    if (kind === 'cancel') {
      events.paymentCancelled({ ...told, shopperId, cancelledAt: movedAt });
      return;
    }
    const whose = { ...told, shopperId: present(shopperId, 'who is charged') };
    if (kind === 'capture') {
      const method = payment.way ?? 'face';
      events.paymentCaptured({ ...whose, method, capturedAt: movedAt, reference });
    } else if (kind === 'refund') {
      events.paymentRefunded({ ...whose, refundId: moveId, refundedAt: movedAt, reference });
    } else if (kind === 'reverse') {
      events.paymentReversed({ ...whose, reversalId: moveId, reversedAt: movedAt, reference });
    } else {
      assert(kind === 'expire', 'an authorisation is told where it is made');
      events.paymentExpired({ ...whose, expiredAt: movedAt });
    }
  }

  private answerWith(
    request: CheckedMove,
    answer: Pick<MoveRequestRow, 'code' | 'replyJson'>,
  ): void {
    const { requestId, inputHash, kind, paymentId, amountMinor, currency, terminal } = request;
    const { terminalId } = terminal;
    const asked = { requestId, inputHash, kind, paymentId, amountMinor, currency, terminalId };
    this.parts.ledger.recordMoveRequest({ ...asked, ...answer, decidedAt: this.now() });
  }

  private standingOf(payment: StoredPayment): PaymentStandingData {
    const { policy, clock, discounts } = this.parts;
    const { state, capturedAt, expiresAt } = payment;
    const captureMs = capturedAt === null ? undefined : Date.parse(capturedAt);
    const until = captureMs === undefined ? 0 : captureMs + policy.reversalMs;
    const isOpen = captureMs !== undefined && captureMs + policy.refundMs > clock.now();
    const discountMinor = discounts.standingMinor(payment.paymentId);
    const isReversible = state === 'captured' && until > clock.now();
    return {
      paymentId: payment.paymentId,
      state,
      amountMinor: payment.amountMinor.toString(),
      currency: payment.currency,
      refundedMinor: payment.refundedMinor.toString(),
      ...(discountMinor > 0n && { discountMinor: discountMinor.toString() }),
      refundableMinor: (isOpen ? refundableMinor(payment) : 0n).toString(),
      reversibleUntil: isReversible ? new Date(until).toISOString() : null,
      capturableUntil: state === 'authorised' ? expiresAt : null,
      capturedAt,
      reference: payment.reference,
    };
  }

  private isDue({ state, expiresAt }: StoredPayment): boolean {
    return state === 'authorised' && expiresAt !== null && expiresAt <= this.now();
  }

  private now(): string {
    return new Date(this.parts.clock.now()).toISOString();
  }
}

/** A move that the table does not have, in the words that tell the cashier most. */
function refusedIn(state: PaymentState, kind: MoveKind): MoveRefusal {
  if (state === 'cancelled' && kind === 'capture') return 'payment_cancelled';
  if (state === 'expired' && kind === 'capture') return 'authorisation_expired';
  return 'move_not_allowed';
}

function refusalIn({ code }: MoveRequestRow): MoveRefusal {
  return present(
    MOVE_REFUSALS.find((each) => each === code),
    'a stored refusal is one of ours',
  );
}
