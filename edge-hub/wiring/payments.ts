import { RateLimiter } from '../../shared/kernel/rate-limiter.ts';
import type { Spending } from '../allowance/spending.ts';
import type { Discounts } from '../campaign/discounts.ts';
import type { Transact } from '../db/database.ts';
import { DecisionFeed } from '../decision-feed.ts';
import { ChallengeBook } from '../ingress/challenge-book.ts';
import { RequestHandler } from '../ingress/request-handler.ts';
import { CodeDesk } from '../payment/code-desk.ts';
import { PaymentLifeCycle } from '../payment/life-cycle.ts';
import { PaymentBooking } from '../payment/payment-booking.ts';
import { Conclusion } from '../payment/payment-conclusion.ts';
import { PaymentService } from '../payment/payment-service.ts';
import { PhoneDesk } from '../payment/phone-desk.ts';
import { QuestionBook } from '../payment/question-book.ts';
import { ReceiptDesk } from '../payment/receipt-desk.ts';
import { WrongAnswerStore } from '../payment/wrong-answer-store.ts';
import type { PackSuccession } from '../succession/pack-succession.ts';
import { ReplyWriter } from '../terminal-reply.ts';
import { TerminalRegistry } from '../terminals/terminal-registry.ts';
import { TerminalStore } from '../terminals/terminal-store.ts';
import { wireRecogniser } from './recognition.ts';
import { type Shared, waking } from './shared.ts';
import { concurrencyOf } from './vision.ts';

/** From a request of a terminal to what is booked. */
export function wirePayments(
  shared: Shared & {
    readonly succession: PackSuccession | undefined;
    readonly spending: Spending;
    readonly discounts: Discounts;
  },
) {
  const { settings, clock, newId, files } = shared;
  const questions = new QuestionBook(clock, newId);
  const { hubId, streetId } = settings.street;
  const { settled, transactInGroup } = shared.database;
  const replies = new ReplyWriter({ hubId, clock, newId });
  const feed = new DecisionFeed();
  const revocations = { onRevoked: (_terminalId: string): void => undefined };
  const challenges = new ChallengeBook(clock, shared.random);
  const registry = new TerminalRegistry({
    ...shared,
    store: new TerminalStore(shared.database.db),
    authority: files.authority,
    onRevoked: (terminalId) => {
      challenges.forget(terminalId);
      questions.close(terminalId);
      revocations.onRevoked(terminalId);
    },
  });
  const transact = waking(shared.relay, transactInGroup);
  const { payments, phones, codes } = wireWays(shared, { replies, questions, transact });
  const lifeCycle = new PaymentLifeCycle({
    ...shared,
    transact,
    hubId,
    replies,
    policy: settings.payment.moves,
  });
  const receipts = new ReceiptDesk({ ...shared, hubId });
  const handler = new RequestHandler({
    ...shared,
    settled,
    hub: { hubId, streetId, currency: settings.payment.currency },
    registry,
    payments,
    phones,
    codes,
    lifeCycle,
    challenges,
    rates: new RateLimiter(settings.rate, clock),
    replies,
    feed,
    queue: { concurrency: concurrencyOf(settings), capacity: settings.queueCapacity },
    lightChallenge: settings.lightChallenge,
  });
  return { feed, registry, payments, lifeCycle, receipts, challenges, handler, revocations };
}

/** The ways to pay, and where they meet. */
function wireWays(
  shared: Shared & {
    readonly succession: PackSuccession | undefined;
    readonly spending: Spending;
    readonly discounts: Discounts;
  },
  own: {
    readonly replies: ReplyWriter;
    readonly questions: QuestionBook;
    readonly transact: Transact;
  },
) {
  const { settings, vision, former, shoppers, vault, succession } = shared;
  const packIds = [vision.engine.packId, ...(former ? [former.packId] : [])];
  const booking = new PaymentBooking({
    ...shared,
    ...own,
    hubId: settings.street.hubId,
    isEnrolled: (shopperId) => shoppers.isEnrolled(shopperId),
    authorisationMs: settings.payment.moves.authorisationMs,
  });
  const concluding = {
    ...shared,
    ...own,
    booking,
    settled: shared.database.settled,
    amounts: settings.payment.amounts,
    wrongAnswers: new WrongAnswerStore(shared.database.db),
    secretsOf: (shopperId: string) => vault.secretsOf(shopperId, packIds),
  };
  const conclusion = new Conclusion(concluding);
  const payments = new PaymentService({
    ...concluding,
    conclusion,
    recogniser: wireRecogniser(shared),
    visits: succession ?? { paid: () => undefined },
  });
  const phones = new PhoneDesk({
    ...concluding,
    conclusion,
    ownerOfPhone: (phone) => shoppers.ownerOfPhone(vault.phoneFingerprint(phone)),
  });
  const codes = new CodeDesk({ ...concluding, conclusion });
  return { payments, phones, codes };
}
