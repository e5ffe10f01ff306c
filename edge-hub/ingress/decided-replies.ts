import type { Logger } from '../../shared/kernel/logger.ts';
import { err, ok, type Result } from '../../shared/kernel/result.ts';
import type { PaymentAnswer, PaymentRefusal } from '../payment/payment-conclusion.ts';
import type { DecisionReporter, Given } from './decision-reporter.ts';
import { REFUSED } from './payment-refusals.ts';
import type { Refusal } from './probe-checks.ts';

export type Paid = Result<PaymentAnswer, PaymentRefusal>;

/** The hub has failed; nothing is known of what was asked. */
export const FAULT: Refusal = { code: 'hub_unavailable', detail: 'a fault of the hub' };

const FAILED: Record<Given, string> = {
  probe: 'a probe failed',
  answer: 'an answer failed',
  claim: 'a claim failed',
};

/** Makes replies of decisions under way, and tells the operator's page of each. */
export class DecidedReplies {
  private readonly reporter: DecisionReporter;
  private readonly logger: Logger;

  constructor(parts: { readonly reporter: DecisionReporter; readonly logger: Logger }) {
    this.reporter = parts.reporter;
    this.logger = parts.logger;
  }

  /** The reply to a request, once it is decided. */
  async reply(
    requestId: string,
    running: Promise<Paid>,
    by: Given,
  ): Promise<Result<string, Refusal>> {
    try {
      const paid = await running;
      if (!paid.ok) return err(REFUSED[paid.error]);
      if (paid.value.fresh) this.reporter.decided(requestId, paid.value, by);
      return ok(paid.value.replyJson);
    } catch (error) {
      this.logger.error({ err: error, module: 'ingress' }, FAILED[by]);
      return err(FAULT);
    }
  }
}
