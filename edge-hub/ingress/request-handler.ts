import { TERMINAL_PROTOCOL_VERSIONS } from '../../shared/contracts/protocol-version.ts';
import { REFUSAL_WORDS } from '../../shared/contracts/refusal.ts';
import type {
  ProbeRequest,
  StagesMs,
  TerminalRequest,
} from '../../shared/contracts/terminal-messages.ts';
import type { Currency } from '../../shared/domain/money.ts';
import { unreachable } from '../../shared/kernel/assert.ts';
import { BoundedQueue } from '../../shared/kernel/bounded-queue.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import type { Logger } from '../../shared/kernel/logger.ts';
import { err, ok, type Result } from '../../shared/kernel/result.ts';
import type { DecisionFeed } from '../decision-feed.ts';
import type { HubMetrics } from '../metrics.ts';
import type {
  CheckedProbe,
  PaymentAnswer,
  PaymentRefusal,
  PaymentService,
} from '../payment/payment-service.ts';
import type { ReplyWriter } from '../terminal-reply.ts';
import type { Terminal, TerminalRegistry } from '../terminals/terminal-registry.ts';
import type { ChallengeBook } from './challenge-book.ts';
import {
  checkAge,
  checkedFrames,
  checkSignature,
  type Refusal,
  sha256Hex,
} from './probe-checks.ts';
import type { RateLimiter } from './rate-limiter.ts';
import { RecentReplies } from './recent-replies.ts';
import { type ParsedRequest, parseRequest } from './request-parser.ts';

export interface HandlerParts {
  readonly hub: { readonly hubId: string; readonly streetId: string; readonly currency: Currency };
  readonly registry: TerminalRegistry;
  readonly payments: PaymentService;
  readonly challenges: ChallengeBook;
  readonly rates: RateLimiter;
  readonly replies: ReplyWriter;
  readonly metrics: HubMetrics;
  readonly feed: DecisionFeed;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly queue: { readonly concurrency: number; readonly capacity: number };
}

type Paid = Result<PaymentAnswer, PaymentRefusal>;

interface InFlight {
  readonly inputHash: string;
  readonly paymentId: string;
  readonly done: Promise<Result<string, Refusal>>;
}

const NO_STAGES: StagesMs = {
  queue: 0,
  decode: 0,
  detect: 0,
  pad: 0,
  embed: 0,
  search: 0,
  commit: 0,
  total: 0,
};

/**
 * Answers one request of a terminal, always with exactly one reply. Checks go from cheap to dear, and a
 * challenge is used up only when the probe gets a place in the queue.
 */
export class RequestHandler {
  private readonly parts: HandlerParts;
  private readonly queue: BoundedQueue<CheckedProbe, Paid>;
  private readonly inFlight = new Map<string, InFlight>();
  private readonly recent = new RecentReplies();

  constructor(parts: HandlerParts) {
    this.parts = parts;
    this.queue = new BoundedQueue((probe) => parts.payments.pay(probe), parts.queue);
  }

  get queueDepth(): number {
    return this.queue.depth;
  }

  get queueCapacity(): number {
    return this.queue.capacity;
  }

  /** Waits until every probe that was admitted is answered. */
  async drain(): Promise<void> {
    await Promise.all([...this.inFlight.values()].map((entry) => entry.done));
  }

  /**
   * @param terminalId whose topic it came on; the broker vouches for it
   * @returns the reply as JSON text
   */
  async handle(terminalId: string, payload: Uint8Array): Promise<string> {
    const receivedAtMs = this.parts.clock.monotonic();
    if (!this.parts.rates.take(terminalId)) {
      return this.refuse(terminalId, { code: 'rate_limited', detail: 'too many messages' });
    }
    const parsed = parseRequest(payload);
    if (!parsed.ok) return this.refuse(terminalId, parsed.error, { id: parsed.error.replyTo });
    const { request } = parsed.value;
    const terminal = this.parts.registry.find(terminalId);
    const answer: Result<string, Refusal> =
      !terminal || terminal.revokedAt !== null
        ? err({ code: 'hub_unavailable', detail: 'this terminal is not registered' })
        : await this.answer({ terminal, payload, receivedAtMs, ...parsed.value });
    if (answer.ok) return answer.value;
    return this.refuse(terminalId, answer.error, request);
  }

  /** The reply to a message that was too large to be read. */
  refuseOversize(terminalId: string): string {
    const detail = 'larger than the hub reads';
    return this.refuse(terminalId, { code: 'payload_too_large', detail });
  }

  /** The reply to a message on a topic of somebody else. */
  refuseTopic(terminalId: string): string {
    const detail = 'a terminal publishes on its own request and status topics only';
    return this.refuse(terminalId, { code: 'topic_forbidden', detail });
  }

  private async answer(
    message: ParsedRequest & { terminal: Terminal; payload: Uint8Array; receivedAtMs: number },
  ): Promise<Result<string, Refusal>> {
    const { request, terminal } = message;
    switch (request.type) {
      case 'terminal.hello':
        return this.welcome(terminal, request.id, request.data.protocolVersions);
      case 'challenge.request':
        return this.issueChallenge(terminal, request.id, request.data);
      case 'payment.query':
        return this.query(terminal, request.id, request.data.paymentId);
      case 'payment.probe':
        return this.probe({ ...message, request });
      default:
        return unreachable(request);
    }
  }

  private welcome(
    terminal: Terminal,
    requestId: string,
    versions: readonly number[],
  ): Result<string, Refusal> {
    const { hub, payments, replies, clock } = this.parts;
    const ours = TERMINAL_PROTOCOL_VERSIONS.filter((version) => versions.includes(version));
    const protocolVersion = ours.at(-1);
    if (protocolVersion === undefined) {
      return err({ code: 'unsupported_version', detail: 'no version in common' });
    }
    return ok(
      replies.write('terminal.welcome', requestId, {
        hubId: hub.hubId,
        streetId: hub.streetId,
        shop: { id: terminal.shopId, name: terminal.shopName },
        currency: hub.currency,
        limitMinor: payments.limitMinor(terminal.depth).toString(),
        protocolVersion,
        serverTime: new Date(clock.now()).toISOString(),
      }),
    );
  }

  private issueChallenge(
    terminal: Terminal,
    requestId: string,
    terms: { paymentId: string; amountMinor: bigint; currency: Currency },
  ): Result<string, Refusal> {
    const { challenges, payments, replies } = this.parts;
    const bound = { ...terms, terminalId: terminal.terminalId };
    const currency = this.checkCurrency(terms.currency);
    if (!currency.ok) return currency;
    if (!payments.agrees(bound)) return err(CONFLICT);
    const { challenge, expiresAtMs } = challenges.issue(bound);
    return ok(
      replies.write('challenge.issued', requestId, {
        paymentId: terms.paymentId,
        challenge,
        expiresAt: new Date(expiresAtMs).toISOString(),
      }),
    );
  }

  /** A payment that is being decided right now is waited for: "unknown" would let it be paid twice. */
  private async query(
    terminal: Terminal,
    requestId: string,
    paymentId: string,
  ): Promise<Result<string, Refusal>> {
    const running = [...this.inFlight.values()].filter((entry) => entry.paymentId === paymentId);
    await Promise.all(running.map((entry) => entry.done));
    const data = this.parts.payments.result(paymentId, terminal.terminalId);
    if (!data) return err({ code: 'payment_unknown', detail: 'not seen from this terminal' });
    return ok(this.parts.replies.write('payment.result', requestId, data));
  }

  private async probe(message: {
    request: ProbeRequest;
    blobs: Uint8Array;
    terminal: Terminal;
    payload: Uint8Array;
    receivedAtMs: number;
  }): Promise<Result<string, Refusal>> {
    const { request, terminal } = message;
    const inputHash = sha256Hex(message.payload);
    const repeated = this.repeat(request.id, inputHash);
    if (repeated) return repeated;
    const frames = checkedFrames(request.data.frames, message.blobs);
    if (!frames.ok) return frames;
    const signed = checkSignature(terminal, request.data);
    if (!signed.ok) return signed;
    const probe: CheckedProbe = {
      requestId: request.id,
      inputHash,
      terms: { ...termsOf(request, terminal), currency: request.data.currency },
      shopName: terminal.shopName,
      hasDepth: terminal.depth,
      frames: frames.value,
      receivedAtMs: message.receivedAtMs,
    };
    const stored = this.parts.payments.repeated(probe);
    if (stored) return stored.ok ? ok(stored.value.replyJson) : err(REFUSED[stored.error]);
    const admitted = this.admit(request, probe);
    if (!admitted.ok) return admitted;
    const done = this.decide(probe, admitted.value);
    this.inFlight.set(request.id, { inputHash, paymentId: request.data.paymentId, done });
    try {
      return await done;
    } finally {
      this.inFlight.delete(request.id);
    }
  }

  /** The same request as one that is being worked on or was just answered. */
  private repeat(
    requestId: string,
    inputHash: string,
  ): Promise<Result<string, Refusal>> | Result<string, Refusal> | undefined {
    const running = this.inFlight.get(requestId);
    if (running) return running.inputHash === inputHash ? running.done : err(CONFLICT);
    const recent = this.recent.get(requestId);
    if (!recent) return undefined;
    return recent.inputHash === inputHash ? ok(recent.replyJson) : err(CONFLICT);
  }

  private admit(request: ProbeRequest, probe: CheckedProbe): Result<Promise<Paid>, Refusal> {
    const { challenges, payments, clock } = this.parts;
    const currency = this.checkCurrency(request.data.currency);
    if (!currency.ok) return currency;
    const { challenge } = request.data;
    const good = challenges.check(challenge, probe.terms);
    if (!good.ok) return err({ code: good.error, detail: 'ask for a new challenge' });
    const fresh = checkAge(request.data.frames, clock.now());
    if (!fresh.ok) return fresh;
    if (!payments.agrees(probe.terms)) return err(CONFLICT);
    const running = this.queue.offer(probe);
    if (!running) return err(BUSY);
    challenges.use(challenge, probe.terms);
    return ok(running);
  }

  private async decide(
    probe: CheckedProbe,
    running: Promise<Paid>,
  ): Promise<Result<string, Refusal>> {
    const { metrics, logger } = this.parts;
    try {
      const paid = await running;
      if (!paid.ok) return err(REFUSED[paid.error]);
      const { data, replyJson, fresh } = paid.value;
      this.recent.put(probe.requestId, { inputHash: probe.inputHash, replyJson });
      if (fresh) {
        metrics.decided(data.outcome, data.code, data.stagesMs);
        this.publish(probe, paid.value);
      }
      return ok(replyJson);
    } catch (error) {
      logger.error({ err: error, module: 'ingress' }, 'a probe failed');
      return err({ code: 'hub_unavailable', detail: 'a fault of the hub' });
    }
  }

  private publish(probe: CheckedProbe, answer: PaymentAnswer): void {
    const { outcome, code, stagesMs } = answer.data;
    const { bestScore } = answer;
    this.parts.feed.publish({
      id: probe.requestId,
      paymentId: probe.terms.paymentId,
      score: bestScore === null ? null : Math.round(bestScore * 100) / 100,
      at: new Date(this.parts.clock.now()).toISOString(),
      terminalId: probe.terms.terminalId,
      shopName: probe.shopName,
      amountMinor: probe.terms.amountMinor.toString(),
      currency: probe.terms.currency,
      outcome,
      code,
      method: outcome === 'paid' ? 'face' : null,
      stagesMs,
    });
  }

  private checkCurrency(currency: Currency): Result<null, Refusal> {
    const ours = this.parts.hub.currency;
    if (currency === ours) return ok(null);
    return err({ code: 'malformed_message', detail: `this hub books ${ours}` });
  }

  /** @param request what is refused, as far as it could be read */
  private refuse(
    terminalId: string,
    refusal: Refusal,
    request: TerminalRequest | { readonly id: string | null } = { id: null },
  ): string {
    const { metrics, replies, feed, registry, clock } = this.parts;
    metrics.refused(refusal.code);
    if ('type' in request && request.type === 'payment.probe') {
      feed.publish({
        id: request.id,
        paymentId: request.data.paymentId,
        score: null,
        at: new Date(clock.now()).toISOString(),
        terminalId,
        shopName: registry.find(terminalId)?.shopName ?? '',
        amountMinor: request.data.amountMinor.toString(),
        currency: request.data.currency,
        outcome: 'refused',
        code: refusal.code,
        method: null,
        stagesMs: NO_STAGES,
      });
    }
    return replies.write('error', request.id, {
      code: refusal.code,
      words: REFUSAL_WORDS[refusal.code],
      detail: refusal.detail,
      supportedVersions: [...TERMINAL_PROTOCOL_VERSIONS],
    });
  }
}

const CONFLICT: Refusal = {
  code: 'idempotency_conflict',
  detail: 'this id was used with other content',
};
const BUSY: Refusal = { code: 'busy', detail: 'the queue is full; the same probe may come again' };
const REFUSED: Record<PaymentRefusal, Refusal> = { busy: BUSY, idempotency_conflict: CONFLICT };

function termsOf(request: ProbeRequest, terminal: Terminal) {
  return {
    paymentId: request.data.paymentId,
    terminalId: terminal.terminalId,
    shopId: terminal.shopId,
    merchantId: terminal.merchantId,
    amountMinor: request.data.amountMinor,
  };
}
