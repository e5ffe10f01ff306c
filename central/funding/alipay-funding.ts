import { AlipaySdk } from 'alipay-sdk';
import { formatAmount } from '../../shared/domain/money.ts';
import {
  type AlipayAnswer,
  alipayAnswerSchema,
  answerToCancel,
  answerToPay,
  answerToQuery,
  answerToRefund,
  answerToRefundQuery,
} from './alipay-answers.ts';
import type {
  CollectOrder,
  Doubt,
  FundingOrder,
  FundingSource,
  OrderAnswer,
  ReturnAnswer,
  ReturnOrder,
} from './funding-source.ts';

/** How the city is known to Alipay. */
export interface AlipaySettings {
  readonly appId: string;
  /** RSA, PKCS#1 PEM: signs what is asked. */
  readonly privateKey: string;
  /** Alipay's, SPKI PEM: what is answered is believed by it alone. */
  readonly alipayPublicKey: string;
  readonly gateway: string;
  readonly timeoutMs: number;
}

/** What the shopper reads in their app. */
const SUBJECT = '五马街支付 Wuma';

/**
 * Alipay's payment by code (当面付): the shopper shows the code of their app. Requests are signed, and answers believed, by
 * RSA2; an answer whose signature does not hold counts as none. Of the shopper Alipay hears their own code and the amount.
 */
export class AlipayFunding implements FundingSource {
  readonly clearing = 'clearing:alipay';
  private readonly sdk: AlipaySdk;

  constructor({ timeoutMs: timeout, ...settings }: AlipaySettings) {
    this.sdk = new AlipaySdk({ ...settings, timeout, signType: 'RSA2' });
  }

  async collect(order: CollectOrder): Promise<OrderAnswer> {
    const { code } = order;
    if (!code) return { is: 'refused', reason: 'code_missing' };
    const answer = await this.ask('alipay.trade.pay', {
      out_trade_no: order.orderNo,
      total_amount: formatAmount(order),
      subject: SUBJECT,
      product_code: 'FACE_TO_FACE_PAYMENT',
      scene: code.scene,
      auth_code: code.value,
      timeout_express: '2m',
    });
    return typeof answer === 'string' ? unknown(answer) : answerToPay(answer, order);
  }

  async find(order: FundingOrder): Promise<OrderAnswer> {
    const answer = await this.ask('alipay.trade.query', { out_trade_no: order.orderNo });
    return typeof answer === 'string' ? unknown(answer) : answerToQuery(answer, order);
  }

  async cancel(order: FundingOrder): Promise<OrderAnswer> {
    const answer = await this.ask('alipay.trade.cancel', { out_trade_no: order.orderNo });
    return typeof answer === 'string' ? unknown(answer) : answerToCancel(answer, order);
  }

  async giveBack(order: ReturnOrder): Promise<ReturnAnswer> {
    const names = { out_trade_no: order.orderNo, out_request_no: order.returnNo };
    const amount = { refund_amount: formatAmount(order) };
    const answer = await this.ask('alipay.trade.refund', { ...names, ...amount });
    if (typeof answer === 'string') return unknown(answer);
    const said = answerToRefund(answer, order);
    if (said) return said;
    // the same return once more moves nothing, and does not say that it had
    const asked = await this.ask('alipay.trade.fastpay.refund.query', names);
    return typeof asked === 'string' ? unknown(asked) : answerToRefundQuery(asked, order);
  }

  private async ask(
    method: string,
    bizContent: Record<string, string>,
  ): Promise<AlipayAnswer | Doubt> {
    try {
      const answer = await this.sdk.exec(method, { bizContent }, { validateSign: true });
      const parsed = alipayAnswerSchema.safeParse(answer);
      return parsed.success ? parsed.data : 'bad_answer';
    } catch (error) {
      // an error of the SDK carries the whole answer, with the buyer's account: nothing of it goes further
      return isOfNetwork(error) ? 'no_answer' : 'bad_answer';
    }
  }
}

function unknown(doubt: Doubt): { is: 'unknown'; doubt: Doubt } {
  return { is: 'unknown', doubt };
}

/** The SDK tells why only where a request failed on its way. */
function isOfNetwork(error: unknown): boolean {
  return (
    error instanceof Error && error.cause instanceof Error && !(error.cause instanceof SyntaxError)
  );
}
