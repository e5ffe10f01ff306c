import type { Currency } from '../../shared/domain/money.ts';
import { err, ok, type Result } from '../../shared/kernel/result.ts';
import type { PaymentRefusal } from '../payment/payment-conclusion.ts';
import { CONFLICT, type Refusal } from './probe-checks.ts';

export const BUSY: Refusal = {
  code: 'busy',
  detail: 'the queue is full; the same message may come again',
};

/** Why a payment was not even tried, as the terminal hears it. */
export const REFUSED: Record<PaymentRefusal, Refusal> = {
  busy: BUSY,
  idempotency_conflict: CONFLICT,
  payment_cancelled: { code: 'payment_cancelled', detail: 'make a new payment id' },
  authorisation_expired: { code: 'authorisation_expired', detail: 'make a new payment id' },
  question_unknown: {
    code: 'question_unknown',
    detail: 'answered, expired, or of before the hub’s restart; look again',
  },
};

/** A hub books one currency. */
export function checkCurrency(asked: Currency, ours: Currency): Result<null, Refusal> {
  if (asked === ours) return ok(null);
  return err({ code: 'malformed_message', detail: `this hub books ${ours}` });
}
