import {
  moveSigningInput,
  type PaymentMoveRequest,
  type PaymentMoveType,
} from '../../shared/contracts/terminal-moves.ts';
import { err, ok, type Result } from '../../shared/kernel/result.ts';
import type { HubMetrics } from '../metrics.ts';
import type { CheckedMove, MoveRefusal, PaymentLifeCycle } from '../payment/life-cycle.ts';
import type { ReplyWriter } from '../terminal-reply.ts';
import type { Terminal } from '../terminals/terminal-registry.ts';
import { CONFLICT, checkSignature, type Refusal, sha256Hex } from './probe-checks.ts';

export interface MoveHandlerParts {
  readonly lifeCycle: PaymentLifeCycle;
  readonly replies: ReplyWriter;
  readonly metrics: HubMetrics;
}

const KIND_OF: Record<PaymentMoveType, CheckedMove['kind']> = {
  'payment.capture': 'capture',
  'payment.refund': 'refund',
  'payment.reverse': 'reverse',
  'payment.cancel': 'cancel',
};

const DETAILS: Record<Exclude<MoveRefusal, 'idempotency_conflict'>, string> = {
  payment_unknown: 'this hub has no payment of that id',
  payment_cancelled: 'it was cancelled before',
  authorisation_expired: 'it was not captured in time',
  move_not_allowed: 'not in the state that the payment is in; payment.status tells it',
  not_this_shop: 'a terminal of the shop that took the payment may',
  reversal_too_late: 'it may be refunded',
  refund_above_captured: 'payment.status tells what is left',
  refund_above_limit: 'the limit of one refund, or of this terminal in 24 hours',
  refund_too_late: 'the operator sets how long',
};

/** Answers what terminals ask of payments after the look. */
export class MoveHandler {
  private readonly parts: MoveHandlerParts;

  constructor(parts: MoveHandlerParts) {
    this.parts = parts;
  }

  /** Checks the device's signature, then does the move or gives the stored answer. */
  move(terminal: Terminal, request: PaymentMoveRequest): Result<string, Refusal> {
    const { paymentId, amountMinor, currency, signature } = request.data;
    const kind = KIND_OF[request.type];
    const text = moveSigningInput(terminal.terminalId, { ...request, ...request.data });
    const signed = checkSignature(terminal, text, signature);
    if (!signed.ok) return signed;
    const { terminalId, shopId, merchantId } = terminal;
    const moved = this.parts.lifeCycle.move({
      requestId: request.id,
      inputHash: sha256Hex(Buffer.from(text)),
      kind,
      paymentId,
      amountMinor,
      currency,
      terminal: { terminalId, shopId, merchantId },
    });
    this.parts.metrics.moved(kind, moved.ok ? 'done' : moved.error);
    return moved.ok ? moved : err(refusalOf(moved.error));
  }

  status(terminal: Terminal, requestId: string, paymentId: string): Result<string, Refusal> {
    const state = this.parts.lifeCycle.status(paymentId, terminal.shopId);
    if (!state) return err(refusalOf('payment_unknown'));
    return ok(this.parts.replies.write('payment.state', requestId, state));
  }

  recent(terminal: Terminal, requestId: string, limit: number): Result<string, Refusal> {
    const payments = this.parts.lifeCycle.recent(terminal.shopId, limit);
    return ok(this.parts.replies.write('payments.recent', requestId, { payments }));
  }
}

function refusalOf(code: MoveRefusal): Refusal {
  return code === 'idempotency_conflict' ? CONFLICT : { code, detail: DETAILS[code] };
}
