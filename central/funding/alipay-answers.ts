import { z } from 'zod';
import type { Money } from '../../shared/domain/money.ts';
import { parseAmount } from '../../shared/domain/money.ts';
import type { FundingOrder, OrderAnswer, ReturnAnswer } from './funding-source.ts';

/**
 * What Alipay's signed answers mean (open.alipay.com: alipay.trade.pay, .query, .cancel, .refund, .fastpay.refund.query). Pure.
 * Fields that name the buyer are not read.
 */

const text = z.string().max(128);
export const alipayAnswerSchema = z.object({
  code: text,
  subCode: text.optional(),
  outTradeNo: text.optional(),
  tradeNo: text.optional(),
  totalAmount: text.optional(),
  tradeStatus: text.optional(),
  retryFlag: text.optional(),
  fundChange: text.optional(),
  outRequestNo: text.optional(),
  refundStatus: text.optional(),
  refundAmount: text.optional(),
});
export type AlipayAnswer = z.infer<typeof alipayAnswerSchema>;

const SUCCESS = '10000';
/** The buyer is asked for a password. */
const WAITING = '10003';
const BUSY = '20000';
/** Business failures by which Alipay says that it does not know, or that there is an order already. */
const IN_DOUBT = new Set([
  'ACQ.SYSTEM_ERROR',
  'aop.ACQ.SYSTEM_ERROR',
  'ACQ.TRADE_HAS_SUCCESS',
  'ACQ.TRADE_STATUS_ERROR',
]);

const sourceInDoubt = { is: 'unknown', doubt: 'source_in_doubt' } as const;
const notTrusted = { is: 'unknown', doubt: 'bad_answer' } as const;

/** Of `alipay.trade.pay`. */
export function answerToPay(answer: AlipayAnswer, order: FundingOrder): OrderAnswer {
  if (answer.code === SUCCESS) return paid(answer, order);
  if (answer.code === WAITING) return { is: 'open' };
  return isInDoubt(answer) ? sourceInDoubt : refused(answer);
}

/** Of `alipay.trade.query`. */
export function answerToQuery(answer: AlipayAnswer, order: FundingOrder): OrderAnswer {
  if (answer.subCode === 'ACQ.TRADE_NOT_EXIST') return { is: 'absent' };
  // whoever cannot be asked has not refused the order
  if (answer.code !== SUCCESS) return sourceInDoubt;
  if (answer.outTradeNo !== order.orderNo) return notTrusted;
  const { tradeStatus } = answer;
  if (tradeStatus === 'WAIT_BUYER_PAY') return { is: 'open' };
  if (tradeStatus === 'TRADE_CLOSED') return { is: 'closed' };
  const isPaid = tradeStatus === 'TRADE_SUCCESS' || tradeStatus === 'TRADE_FINISHED';
  return isPaid ? paid(answer, order) : notTrusted;
}

/** Of `alipay.trade.cancel`: what was paid is given back by it. */
export function answerToCancel(answer: AlipayAnswer, order: FundingOrder): OrderAnswer {
  if (answer.code === SUCCESS) {
    if (answer.outTradeNo !== order.orderNo) return notTrusted;
    return answer.retryFlag === 'Y' ? sourceInDoubt : { is: 'closed' };
  }
  return isInDoubt(answer) ? sourceInDoubt : refused(answer);
}

/** Of `alipay.trade.refund`; undefined: it does not say whether money went, and has to be asked. */
export function answerToRefund(
  answer: AlipayAnswer,
  order: FundingOrder,
): ReturnAnswer | undefined {
  if (answer.code === SUCCESS) {
    if (answer.outTradeNo !== order.orderNo) return notTrusted;
    return answer.fundChange === 'Y' ? { is: 'returned' } : undefined;
  }
  return isInDoubt(answer) ? sourceInDoubt : refused(answer);
}

/** Of `alipay.trade.fastpay.refund.query`. */
export function answerToRefundQuery(
  answer: AlipayAnswer,
  order: FundingOrder & { readonly returnNo: string },
): ReturnAnswer {
  if (answer.code !== SUCCESS || answer.refundStatus !== 'REFUND_SUCCESS') return sourceInDoubt;
  const isIt = answer.outRequestNo === order.returnNo && isAmount(answer.refundAmount, order);
  return isIt ? { is: 'returned' } : notTrusted;
}

function paid(answer: AlipayAnswer, order: FundingOrder): OrderAnswer {
  const { outTradeNo, tradeNo, totalAmount } = answer;
  const isIt = outTradeNo === order.orderNo && isAmount(totalAmount, order);
  return isIt && tradeNo ? { is: 'paid', reference: tradeNo } : notTrusted;
}

function isAmount(said: string | undefined, { amountMinor, currency }: Money): boolean {
  return parseAmount(said ?? '', currency)?.amountMinor === amountMinor;
}

function isInDoubt({ code, subCode }: AlipayAnswer): boolean {
  return code === BUSY || IN_DOUBT.has(subCode ?? '');
}

function refused({ code, subCode }: AlipayAnswer): { is: 'refused'; reason: string } {
  return { is: 'refused', reason: subCode ?? code };
}
