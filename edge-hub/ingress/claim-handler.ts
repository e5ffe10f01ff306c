import {
  type CodeClaimRequest,
  claimSigningInput,
  type PhoneClaimRequest,
} from '../../shared/contracts/terminal-claims.ts';
import type { Currency } from '../../shared/domain/money.ts';
import { err, ok, type Result } from '../../shared/kernel/result.ts';
import type { CheckedClaim } from '../payment/claim.ts';
import type { CodeDesk } from '../payment/code-desk.ts';
import type { PaymentService } from '../payment/payment-service.ts';
import type { PhoneDesk } from '../payment/phone-desk.ts';
import type { Terminal } from '../terminals/terminal-registry.ts';
import type { ChallengeBook } from './challenge-book.ts';
import type { DecidedReplies, Paid } from './decided-replies.ts';
import type { OnceOnly } from './once-only.ts';
import { BUSY, checkCurrency, REFUSED } from './payment-refusals.ts';
import { checkSignature, type Refusal, sha256Hex } from './probe-checks.ts';

export interface ClaimHandlerParts {
  readonly hub: { readonly currency: Currency };
  readonly challenges: ChallengeBook;
  readonly payments: PaymentService;
  readonly codes: CodeDesk;
  readonly phones: PhoneDesk;
  readonly once: OnceOnly;
  readonly decided: DecidedReplies;
  /** Runs one after the other what takes a core for a while; undefined where there is no place left. */
  readonly inTurn: (job: () => Promise<Paid>) => Promise<Paid> | undefined;
}

interface Received<Request> {
  readonly request: Request;
  readonly terminal: Terminal;
  readonly payload: Uint8Array;
  /** Monotonic milliseconds. */
  readonly receivedAtMs: number;
}

/** Answers requests to pay in which the shopper says who they are. */
export class ClaimHandler {
  private readonly parts: ClaimHandlerParts;

  constructor(parts: ClaimHandlerParts) {
    this.parts = parts;
  }

  /** Phone number and PIN. */
  async phone(message: Received<PhoneClaimRequest>): Promise<Result<string, Refusal>> {
    const { phones, inTurn } = this.parts;
    const { phone, pin } = message.request.data;
    return this.take(message, [phone, pin], (claim) =>
      inTurn(() => phones.pay({ ...claim, way: 'phone', phone, pin })),
    );
  }

  /** The one-time code on the shopper's phone. It is used up in the transaction, so that none has to wait for another. */
  async code(message: Received<CodeClaimRequest>): Promise<Result<string, Refusal>> {
    const { codes } = this.parts;
    const { code } = message.request.data;
    return this.take(message, [code], (claim) => codes.pay({ ...claim, way: 'code', code }));
  }

  /** What all claims go through: repeats, signature, challenge; a challenge is used up when the claim gets its place. */
  private async take(
    message: Received<CodeClaimRequest | PhoneClaimRequest>,
    given: readonly string[],
    pay: (claim: Omit<CheckedClaim, 'way'>) => Promise<Paid> | undefined,
  ): Promise<Result<string, Refusal>> {
    const { once, payments, decided } = this.parts;
    const { request, terminal, payload, receivedAtMs } = message;
    const { data } = request;
    const key = {
      requestId: request.id,
      inputHash: sha256Hex(payload),
      paymentId: data.paymentId,
    };
    const repeated = once.repeated(key);
    if (repeated) return repeated;
    const text = claimSigningInput(terminal.terminalId, data, given);
    const signed = checkSignature(terminal, text, data.signature);
    if (!signed.ok) return signed;
    const { terminalId, shopId, merchantId, shopName } = terminal;
    const { paymentId, amountMinor, currency, items } = data;
    const claim = {
      ...key,
      terms: { paymentId, terminalId, shopId, merchantId, amountMinor, currency, items },
      shopName,
      captureLater: data.capture === 'later',
      receivedAtMs,
    };
    const stored = payments.repeated(key);
    if (stored) return stored.ok ? stored : err(REFUSED[stored.error]);
    const admitted = this.admit(data.challenge, claim, pay);
    if (!admitted.ok) return admitted;
    return once.run(key, decided.reply(key.requestId, admitted.value, 'claim'));
  }

  private admit(
    challenge: string,
    claim: Omit<CheckedClaim, 'way'>,
    pay: (claim: Omit<CheckedClaim, 'way'>) => Promise<Paid> | undefined,
  ): Result<Promise<Paid>, Refusal> {
    const { hub, challenges } = this.parts;
    const { terms } = claim;
    const currency = checkCurrency(terms.currency, hub.currency);
    if (!currency.ok) return currency;
    const good = challenges.check(challenge, terms);
    if (!good.ok) return err({ code: good.error, detail: 'ask for a new challenge' });
    const running = pay(claim);
    if (!running) return err(BUSY);
    challenges.use(challenge, terms);
    return ok(running);
  }
}
