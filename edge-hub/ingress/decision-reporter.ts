import type { Currency } from '../../shared/domain/money.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import type { DecisionFeed } from '../decision-feed.ts';
import type { HubMetrics } from '../metrics.ts';
import { NO_STAGES } from '../payment/claim.ts';
import type { PaymentAnswer } from '../payment/payment-conclusion.ts';
import type { Refusal } from './probe-checks.ts';

/** What was decided on. */
export type Given = 'probe' | 'answer' | 'claim';

/** Tells the operator's live page and the metrics what was decided; never who it was or what they typed. */
export class DecisionReporter {
  private readonly parts: {
    readonly feed: DecisionFeed;
    readonly metrics: HubMetrics;
    readonly clock: Clock;
  };

  constructor(parts: DecisionReporter['parts']) {
    this.parts = parts;
  }

  /** @param by `probe`: the stages are new; `answer`: they were counted when the look was; `claim`: there was none */
  decided(requestId: string, answer: PaymentAnswer, by: Given): void {
    const { data, attempt, bestScore, light, method } = answer;
    const { terms, shopName } = attempt;
    const asked = 'question' in data;
    const outcome = asked ? 'asked' : data.outcome;
    const code = asked ? null : data.code;
    this.parts.metrics.decided(outcome, asked ? data.question : code);
    if (by === 'probe') this.parts.metrics.looked(data.stagesMs);
    if (by === 'probe' && light) this.parts.metrics.lit(light.verdict, light.reason);
    this.parts.feed.publish({
      id: requestId,
      paymentId: terms.paymentId,
      score: bestScore === null ? null : Math.round(bestScore * 100) / 100,
      at: this.now(),
      terminalId: terms.terminalId,
      shopName,
      amountMinor: terms.amountMinor.toString(),
      currency: terms.currency,
      outcome,
      code,
      method,
      question: asked ? data.question : null,
      stagesMs: data.stagesMs,
    });
  }

  /** A request to pay that got no decision. */
  refused(
    request: {
      readonly id: string;
      readonly data: {
        readonly paymentId: string;
        readonly amountMinor: bigint;
        readonly currency: Currency;
      };
    },
    refusal: Refusal,
    shop: { terminalId: string; name: string },
  ): void {
    this.parts.feed.publish({
      id: request.id,
      paymentId: request.data.paymentId,
      score: null,
      at: this.now(),
      terminalId: shop.terminalId,
      shopName: shop.name,
      amountMinor: request.data.amountMinor.toString(),
      currency: request.data.currency,
      outcome: 'refused',
      code: refusal.code,
      method: null,
      question: null,
      stagesMs: NO_STAGES,
    });
  }

  private now(): string {
    return new Date(this.parts.clock.now()).toISOString();
  }
}
