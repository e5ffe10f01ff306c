import {
  ASKING_VERSION,
  TERMINAL_PROTOCOL_VERSIONS,
} from '../../shared/contracts/protocol-version.ts';
import { REFUSAL_WORDS } from '../../shared/contracts/refusal.ts';
import type {
  CodeClaimRequest,
  PhoneClaimRequest,
} from '../../shared/contracts/terminal-claims.ts';
import {
  type AnswerRequest,
  answerSigningInput,
  type ProbeRequest,
  probeSigningInput,
  type TerminalRequest,
} from '../../shared/contracts/terminal-messages.ts';
import type { Currency } from '../../shared/domain/money.ts';
import { unreachable } from '../../shared/kernel/assert.ts';
import { BoundedQueue } from '../../shared/kernel/bounded-queue.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import type { Logger } from '../../shared/kernel/logger.ts';
import type { RateLimiter } from '../../shared/kernel/rate-limiter.ts';
import { err, ok, type Result } from '../../shared/kernel/result.ts';
import type { Sight } from '../decision/amount-tiers.ts';
import type { DecisionFeed } from '../decision-feed.ts';
import type { HubMetrics } from '../metrics.ts';
import type { CodeDesk } from '../payment/code-desk.ts';
import type { PaymentLifeCycle } from '../payment/life-cycle.ts';
import type { CheckedAnswer, CheckedProbe, PaymentService } from '../payment/payment-service.ts';
import type { PhoneDesk } from '../payment/phone-desk.ts';
import type { ReplyWriter } from '../terminal-reply.ts';
import type { Terminal, TerminalRegistry } from '../terminals/terminal-registry.ts';
import type { ChallengeBook } from './challenge-book.ts';
import { ClaimHandler } from './claim-handler.ts';
import { DecidedReplies, FAULT, type Paid } from './decided-replies.ts';
import { DecisionReporter } from './decision-reporter.ts';
import { MoveHandler } from './move-handler.ts';
import { OnceOnly } from './once-only.ts';
import { BUSY, checkCurrency, REFUSED } from './payment-refusals.ts';
import {
  checkAge,
  checkedFrames,
  checkLightSteps,
  checkSignature,
  type Refusal,
  sha256Hex,
} from './probe-checks.ts';
import { type ParsedRequest, parseRequest } from './request-parser.ts';

export interface HandlerParts {
  readonly hub: { readonly hubId: string; readonly streetId: string; readonly currency: Currency };
  readonly registry: TerminalRegistry;
  readonly payments: PaymentService;
  readonly codes: CodeDesk;
  readonly phones: PhoneDesk;
  readonly lifeCycle: PaymentLifeCycle;
  readonly challenges: ChallengeBook;
  readonly rates: RateLimiter;
  readonly replies: ReplyWriter;
  readonly metrics: HubMetrics;
  readonly feed: DecisionFeed;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly queue: { readonly concurrency: number; readonly capacity: number };
  /** Resolves when everything committed so far is on disk. */
  readonly settled: () => Promise<void>;
  /** Whether terminals without depth are asked to light the face with their screens. */
  readonly lightChallenge: boolean;
}

type HelloData = Extract<TerminalRequest, { type: 'terminal.hello' }>['data'];
type ChallengeData = Extract<TerminalRequest, { type: 'challenge.request' }>['data'];

interface Received<Request> {
  readonly request: Request;
  readonly terminal: Terminal;
  readonly payload: Uint8Array;
  /** Monotonic milliseconds. */
  readonly receivedAtMs: number;
}

/**
 * Answers, and PINs with a phone number, one after the other: each guess is counted before the next is looked at, by however many terminals they come. A PIN
 * takes a core for a fifth of a second, so that this also leaves the others to recognition.
 */
const ANSWERS = { concurrency: 1, capacity: 32 } as const;

/**
 * Answers one request of a terminal, always with exactly one reply. Checks go from cheap to dear, and a
 * challenge is used up only when the probe gets a place in the queue.
 */
export class RequestHandler {
  private readonly parts: HandlerParts;
  private readonly queue: BoundedQueue<CheckedProbe, Paid>;
  private readonly answers: BoundedQueue<() => Promise<Paid>, Paid>;
  private readonly once = new OnceOnly();
  private readonly reporter: DecisionReporter;
  private readonly decided: DecidedReplies;
  private readonly moves: MoveHandler;
  private readonly claims: ClaimHandler;

  constructor(parts: HandlerParts) {
    this.parts = parts;
    this.reporter = new DecisionReporter(parts);
    this.decided = new DecidedReplies({ ...parts, reporter: this.reporter });
    this.moves = new MoveHandler(parts);
    this.queue = new BoundedQueue(
      (probe, release) => parts.payments.pay(probe, release),
      parts.queue,
    );
    this.answers = new BoundedQueue((job) => job(), ANSWERS);
    const { once, decided } = this;
    const inTurn = (job: () => Promise<Paid>) => this.answers.offer(job);
    this.claims = new ClaimHandler({ ...parts, once, decided, inTurn });
  }

  get queueDepth(): number {
    return this.queue.depth;
  }

  get queueCapacity(): number {
    return this.queue.capacity;
  }

  /** Waits until every probe and answer that was admitted is replied to. */
  async drain(): Promise<void> {
    await this.once.drain();
  }

  /**
   * @param terminalId whose topic it came on; the broker vouches for it
   * @returns the reply as JSON text; what it tells of is on disk
   */
  async handle(terminalId: string, payload: Uint8Array): Promise<string> {
    const reply = await this.replyTo(terminalId, payload);
    try {
      // a repeated request may tell of what another has committed a moment ago
      await this.parts.settled();
      return reply;
    } catch (error) {
      this.parts.logger.error({ err: error, module: 'ingress' }, 'nothing can be kept');
      return this.refuse(terminalId, FAULT);
    }
  }

  private async replyTo(terminalId: string, payload: Uint8Array): Promise<string> {
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
    message: ParsedRequest & Received<TerminalRequest>,
  ): Promise<Result<string, Refusal>> {
    const { request, terminal } = message;
    switch (request.type) {
      case 'terminal.hello':
        return this.welcome(terminal, request.id, request.data);
      case 'challenge.request':
        return this.issueChallenge(terminal, request.id, request.data);
      case 'payment.query':
        return this.query(terminal, request.id, request.data.paymentId);
      case 'payment.probe':
        return this.probe({ ...message, request });
      case 'payment.answer':
        return this.answerQuestion({ ...message, request });
      case 'payment.code':
        return this.claims.code({ ...message, request });
      case 'payment.phone':
        return this.claims.phone({ ...message, request });
      case 'payment.capture':
      case 'payment.refund':
      case 'payment.reverse':
      case 'payment.cancel':
        return this.moves.move(terminal, request);
      case 'payment.status':
        return this.moves.status(terminal, request.id, request.data.paymentId);
      case 'payment.recent':
        return this.moves.recent(terminal, request.id, request.data.limit);
      default:
        return unreachable(request);
    }
  }

  private welcome(
    terminal: Terminal,
    requestId: string,
    hello: Pick<HelloData, 'protocolVersions' | 'camera'>,
  ): Result<string, Refusal> {
    const { hub, payments, replies, clock } = this.parts;
    const ours = TERMINAL_PROTOCOL_VERSIONS.filter((version) =>
      hello.protocolVersions.includes(version),
    );
    const protocolVersion = ours.at(-1);
    if (protocolVersion === undefined) {
      return err({ code: 'unsupported_version', detail: 'no version in common' });
    }
    const sight = this.sightOf(terminal, hello.camera.canLight);
    const limitMinor = payments.limitMinor(sight).toString();
    const named = payments.limitMinor('none').toString();
    return ok(
      replies.write('terminal.welcome', requestId, {
        hubId: hub.hubId,
        streetId: hub.streetId,
        shop: { id: terminal.shopId, name: terminal.shopName },
        currency: hub.currency,
        limitMinor,
        ways: [
          { way: 'face', limitMinor },
          { way: 'code', limitMinor: named },
          { way: 'phone', limitMinor: named },
        ],
        takesInfrared: true,
        takesItems: true,
        protocolVersion,
        serverTime: new Date(clock.now()).toISOString(),
      }),
    );
  }

  private issueChallenge(
    terminal: Terminal,
    requestId: string,
    { canLight, ...terms }: ChallengeData,
  ): Result<string, Refusal> {
    const { challenges, payments, replies } = this.parts;
    const bound = { ...terms, terminalId: terminal.terminalId };
    const currency = checkCurrency(terms.currency, this.parts.hub.currency);
    if (!currency.ok) return currency;
    const conflict = payments.conflict(bound);
    if (conflict) return err(REFUSED[conflict]);
    const lit = this.sightOf(terminal, canLight) === 'light';
    const { challenge, expiresAtMs, light } = challenges.issue(bound, lit);
    return ok(
      replies.write('challenge.issued', requestId, {
        paymentId: terms.paymentId,
        challenge,
        expiresAt: new Date(expiresAtMs).toISOString(),
        ...(light && { light: { steps: [...light] } }),
      }),
    );
  }

  /** The best that this terminal can show of a face. */
  private sightOf(terminal: Terminal, canLight = false): Sight {
    if (terminal.depth) return 'depth';
    return canLight && this.parts.lightChallenge ? 'light' : 'colour';
  }

  /** A payment that is being decided right now is waited for: "unknown" would let it be paid twice. */
  private async query(
    terminal: Terminal,
    requestId: string,
    paymentId: string,
  ): Promise<Result<string, Refusal>> {
    await this.once.settled(paymentId);
    const data = this.parts.payments.result(paymentId, terminal.terminalId);
    if (!data) return err({ code: 'payment_unknown', detail: 'not seen from this terminal' });
    return ok(this.parts.replies.write('payment.result', requestId, data));
  }

  private async probe(
    message: Received<ProbeRequest> & { readonly blobs: Uint8Array },
  ): Promise<Result<string, Refusal>> {
    const { request, terminal } = message;
    const { data } = request;
    const key = keyOf(message);
    const repeated = this.once.repeated(key);
    if (repeated) return repeated;
    const frames = checkedFrames(data.frames, message.blobs);
    if (!frames.ok) return frames;
    const text = probeSigningInput(terminal.terminalId, data);
    const signed = checkSignature(terminal, text, data.signature);
    if (!signed.ok) return signed;
    const probe: CheckedProbe = {
      ...key,
      terms: { ...termsOf(request, terminal), currency: data.currency },
      shopName: terminal.shopName,
      captureLater: data.capture === 'later',
      way: 'face',
      hasDepth: terminal.depth,
      hasInfrared: terminal.infrared,
      canAsk: request.version >= ASKING_VERSION,
      light: null,
      frames: frames.value,
      receivedAtMs: message.receivedAtMs,
    };
    const stored = this.parts.payments.repeated(key);
    if (stored) return stored.ok ? stored : err(REFUSED[stored.error]);
    const admitted = this.admit(request, probe);
    if (!admitted.ok) return admitted;
    return this.once.run(key, this.decided.reply(key.requestId, admitted.value, 'probe'));
  }

  private async answerQuestion(message: Received<AnswerRequest>): Promise<Result<string, Refusal>> {
    const { request, terminal, receivedAtMs } = message;
    const { questionId, digits, signature } = request.data;
    const { payments } = this.parts;
    const key = keyOf(message);
    const repeated = this.once.repeated(key);
    if (repeated) return repeated;
    const text = answerSigningInput(terminal.terminalId, request.data);
    const signed = checkSignature(terminal, text, signature);
    if (!signed.ok) return signed;
    const { terminalId } = terminal;
    const answer: CheckedAnswer = { ...key, terminalId, questionId, digits, receivedAtMs };
    const stored = payments.repeated(answer);
    if (stored) return stored.ok ? stored : err(REFUSED[stored.error]);
    if (!payments.isAsked(answer)) return err(REFUSED.question_unknown);
    const running = this.answers.offer(() => payments.answer(answer));
    if (!running) return err(BUSY);
    return this.once.run(key, this.decided.reply(key.requestId, running, 'answer'));
  }

  private admit(request: ProbeRequest, probe: CheckedProbe): Result<Promise<Paid>, Refusal> {
    const { challenges, clock } = this.parts;
    const currency = checkCurrency(request.data.currency, this.parts.hub.currency);
    if (!currency.ok) return currency;
    const { challenge } = request.data;
    const good = challenges.check(challenge, probe.terms);
    if (!good.ok) return err({ code: good.error, detail: 'ask for a new challenge' });
    const { light } = good.value;
    const stepped = checkLightSteps(request.data.frames, light);
    if (!stepped.ok) return stepped;
    const fresh = checkAge(request.data.frames, clock.now());
    if (!fresh.ok) return fresh;
    const running = this.queue.offer({ ...probe, light });
    if (!running) return err(BUSY);
    challenges.use(challenge, probe.terms);
    return ok(running);
  }

  /** @param request what is refused, as far as it could be read */
  private refuse(
    terminalId: string,
    refusal: Refusal,
    request: TerminalRequest | { readonly id: string | null } = { id: null },
  ): string {
    const { metrics, replies, registry } = this.parts;
    metrics.refused(refusal.code);
    if ('type' in request && isToPay(request)) {
      const name = registry.find(terminalId)?.shopName ?? '';
      this.reporter.refused(request, refusal, { terminalId, name });
    }
    return replies.write('error', request.id, {
      code: refusal.code,
      words: REFUSAL_WORDS[refusal.code],
      detail: refusal.detail,
      supportedVersions: [...TERMINAL_PROTOCOL_VERSIONS],
    });
  }
}

function keyOf({ request, payload }: Received<ProbeRequest | AnswerRequest>) {
  const { paymentId } = request.data;
  return { requestId: request.id, inputHash: sha256Hex(payload), paymentId };
}

function termsOf(request: ProbeRequest, terminal: Terminal) {
  return {
    paymentId: request.data.paymentId,
    terminalId: terminal.terminalId,
    shopId: terminal.shopId,
    merchantId: terminal.merchantId,
    amountMinor: request.data.amountMinor,
    items: request.data.items,
  };
}

const TO_PAY: ReadonlySet<string> = new Set(['payment.probe', 'payment.code', 'payment.phone']);

function isToPay(
  request: TerminalRequest,
): request is ProbeRequest | CodeClaimRequest | PhoneClaimRequest {
  return TO_PAY.has(request.type);
}
