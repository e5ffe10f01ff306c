import {
  ASKING_VERSION,
  TERMINAL_PROTOCOL_VERSIONS,
} from '../../shared/contracts/protocol-version.ts';
import type { ProbeFrame } from '../../shared/contracts/terminal-frames.ts';
import type {
  PaymentQuestionData,
  PaymentResultData,
  TerminalReply,
} from '../../shared/contracts/terminal-messages.ts';
import type { Money } from '../../shared/domain/money.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import { err, ok, type Result } from '../../shared/kernel/result.ts';
import type { Journal, JournalEntry, OpenPayment } from '../bridge/journal.ts';
import { encodeAnswer } from '../codec/answer.ts';
import type { DeviceKey } from '../codec/device-key.ts';
import { encodeProbe } from '../codec/probe.ts';
import {
  failureOf,
  HubExchange,
  type HubExchangeOptions,
  type PaymentReply,
  sleep,
} from './hub-exchange.ts';
import { MoveClient } from './move-client.ts';
import type { LookTimings, PaymentOutcome, RequestFailure, Welcome } from './payment-outcome.ts';

export interface TerminalClientOptions extends HubExchangeOptions {
  readonly deviceKey: DeviceKey;
  readonly journal: Journal;
}

export interface PayRequest extends Money {
  /** Called once, after the hub has issued its challenge; 1-5 frames. */
  readonly takeFrames: () => Promise<readonly ProbeFrame[]>;
  /** To look again for a payment that was declined; otherwise a new payment is begun. */
  readonly paymentId?: string;
  /** Only authorise; the till captures or cancels, else the hub lets it expire. */
  readonly capture?: 'later';
  /** What was bought; left out where the hub does not take it. */
  readonly items?: readonly string[];
  /**
   * Puts a question of the hub to the shopper; null when they do not answer. Where it is missing the hub is told so, and
   * offers another way to pay instead of asking.
   */
  readonly answer?: (question: PaymentQuestionData) => Promise<string | null>;
}

export interface CameraFacts {
  readonly depth: boolean;
  readonly width: number;
  readonly height: number;
}

type Look = OpenPayment;

/**
 * A terminal's side of the protocol.
 *
 * Invariant: the ids of a payment and of its look are in the journal before their first send, and the payment stays open
 * there until its end is known. How requests are repeated: `HubExchange`.
 */
export class TerminalClient {
  readonly terminalId: string;
  /** What comes after the look. */
  readonly moves: MoveClient;
  private readonly options: TerminalClientOptions;
  private readonly hub: HubExchange;
  /** What the hub's welcome named; until then the first version, in which nothing is asked. */
  private protocolVersion = 1;
  private takesInfrared = false;
  private takesItems = false;

  private constructor(options: TerminalClientOptions, hub: HubExchange) {
    this.options = options;
    this.terminalId = options.terminalId;
    this.hub = hub;
    this.moves = new MoveClient({ ...options, hub });
  }

  /** Connects once; from then on the link comes back by itself. @throws LinkError when the first attempt fails */
  static async connect(options: TerminalClientOptions): Promise<TerminalClient> {
    return new TerminalClient(options, await HubExchange.connect(options));
  }

  get isUp(): boolean {
    return this.hub.isUp;
  }

  /** Introduces the terminal; answers with its shop, currency and limit. */
  async hello(software: string, camera: CameraFacts): Promise<Result<Welcome, RequestFailure>> {
    const data = { protocolVersions: [...TERMINAL_PROTOCOL_VERSIONS], software, camera };
    const id = this.options.newId();
    const reply = await this.hub.ask({ ...this.hub.envelope(id), type: 'terminal.hello', data });
    if (!reply.ok) return reply;
    if (reply.value.type !== 'terminal.welcome') return err(failureOf(reply.value));
    this.protocolVersion = reply.value.data.protocolVersion;
    this.takesInfrared = reply.value.data.takesInfrared ?? false;
    this.takesItems = reply.value.data.takesItems ?? false;
    return ok(reply.value.data);
  }

  /** What the hub knows of a payment. */
  query(paymentId: string): Promise<Result<PaymentResultData, RequestFailure>> {
    return this.hub.query(paymentId);
  }

  /**
   * One look: challenge, frames, probe, questions, result. Never rejects for what the hub or the network does;
   * rejects when the journal can't be written, or `takeFrames` or `answer` rejects (then nothing was charged).
   */
  async pay(request: PayRequest): Promise<PaymentOutcome> {
    const watch = new LookWatch(this.options.clock);
    const look = await this.beginLook(request);
    const challenge = await this.askChallenge(look);
    watch.lap('challenge');
    if (!challenge.ok) {
      await this.end(look.paymentId, challenge.error.code === 'refused' ? 'refused' : 'unsent');
      const facts = { paymentId: look.paymentId, timings: watch.timings };
      return challenge.error.code === 'refused'
        ? { ...facts, kind: 'refused', refusal: challenge.error.refusal }
        : { ...facts, kind: 'unsent' };
    }
    const frames = await this.unsentIfRejected(look, request.takeFrames());
    watch.lap('camera');
    const mayAsk = request.answer !== undefined && this.protocolVersion >= ASKING_VERSION;
    const payload = encodeProbe(
      {
        ...look,
        requestId: look.probeRequestId,
        version: mayAsk ? ASKING_VERSION : 1,
        capture: request.capture,
        items: this.takesItems ? request.items : undefined,
        occurredAtMs: this.options.clock.now(),
        terminalId: this.terminalId,
        challenge: challenge.value,
        frames: this.takesInfrared ? frames : frames.map(withoutInfrared),
      },
      this.options.deviceKey,
    );
    const settled = await this.hub.settle({ ...look, requestId: look.probeRequestId }, payload);
    watch.lap('decision');
    return this.finish(look, request, { settled, watch });
  }

  /** Answers questions while the hub asks, then writes down the payment's end. */
  private async finish(
    look: Look,
    request: PayRequest,
    progress: { settled: Result<PaymentReply, RequestFailure>; readonly watch: LookWatch },
  ): Promise<PaymentOutcome> {
    const { watch } = progress;
    const { paymentId } = look;
    let { settled } = progress;
    while (settled.ok && 'question' in settled.value) {
      const question = settled.value;
      const asked = request.answer?.(question) ?? Promise.resolve(null);
      const digits = await this.unsentIfRejected(look, asked);
      watch.lap('answering');
      if (digits === null) {
        await this.end(paymentId, 'unanswered');
        return { paymentId, timings: watch.timings, kind: 'unanswered', question };
      }
      settled = await this.answer(question, digits);
      watch.lap('decision');
    }
    const facts = { paymentId, timings: watch.timings };
    if (settled.ok && !('question' in settled.value)) {
      await this.end(paymentId, settled.value.outcome);
      return { ...facts, kind: 'decided', result: settled.value };
    }
    if (settled.ok || settled.error.code === 'no_answer') return { ...facts, kind: 'unknown' };
    await this.end(paymentId, 'refused');
    return { ...facts, kind: 'refused', refusal: settled.error.refusal };
  }

  private answer(
    question: PaymentQuestionData,
    digits: string,
  ): Promise<Result<PaymentReply, RequestFailure>> {
    const { clock, newId, deviceKey } = this.options;
    const { paymentId, questionId } = question;
    const requestId = newId();
    const occurredAtMs = clock.now();
    const { terminalId } = this;
    const content = { requestId, occurredAtMs, terminalId, paymentId, questionId, digits };
    return this.hub.settle({ requestId, paymentId }, encodeAnswer(content, deviceKey));
  }

  /**
   * Finds out what became of the payments whose end was not seen, after a restart or an `unknown`. Those that the
   * hub can't be asked about stay open.
   */
  async recover(): Promise<PaymentOutcome[]> {
    const outcomes: PaymentOutcome[] = [];
    for (const look of this.options.journal.openPayments) {
      const watch = new LookWatch(this.options.clock);
      const age = this.options.clock.now() - Date.parse(look.at);
      if (age < this.hub.timeouts.settleMs) await sleep(this.hub.timeouts.settleMs - age);
      const known = await this.query(look.paymentId);
      watch.lap('decision');
      const facts = { paymentId: look.paymentId, timings: watch.timings };
      if (known.ok) {
        await this.end(look.paymentId, known.value.outcome);
        outcomes.push({ ...facts, kind: 'decided', result: known.value });
      } else if (isUnknownPayment(known.error)) {
        await this.end(look.paymentId, 'unsent');
        outcomes.push({ ...facts, kind: 'unsent' });
      } else {
        outcomes.push({ ...facts, kind: 'unknown' });
      }
    }
    return outcomes;
  }

  /**
   * Sends a payload as it stands, once, and waits for the reply to `requestId`: for tools and tests that need a
   * message this client would never make.
   */
  exchange(
    requestId: string,
    payload: Uint8Array,
    timeoutMs?: number,
  ): Promise<Result<TerminalReply, 'timeout' | 'link_down'>> {
    return this.hub.send(requestId, payload, timeoutMs);
  }

  close(): Promise<void> {
    return this.hub.close();
  }

  private async beginLook(request: PayRequest): Promise<Look> {
    const { newId } = this.options;
    const look = {
      kind: 'look',
      at: this.timestamp(),
      paymentId: request.paymentId ?? newId(),
      amountMinor: request.amountMinor,
      currency: request.currency,
      challengeRequestId: newId(),
      probeRequestId: newId(),
    } as const;
    await this.options.journal.append(look);
    return look;
  }

  private async askChallenge(look: Look): Promise<Result<string, RequestFailure>> {
    const { paymentId, currency } = look;
    const reply = await this.hub.ask({
      ...this.hub.envelope(look.challengeRequestId),
      type: 'challenge.request',
      data: { paymentId, amountMinor: look.amountMinor.toString(), currency },
    });
    if (!reply.ok) return reply;
    const { value } = reply;
    if (value.type === 'challenge.issued' && value.data.paymentId === paymentId) {
      return ok(value.data.challenge);
    }
    return err(failureOf(value));
  }

  /** What the camera or the shopper gives; when that fails nothing has been charged, and the payment is closed. */
  private async unsentIfRejected<T>(look: Look, given: Promise<T>): Promise<T> {
    try {
      return await given;
    } catch (error) {
      await this.end(look.paymentId, 'unsent');
      throw error;
    }
  }

  private async end(
    paymentId: string,
    outcome: Extract<JournalEntry, { kind: 'end' }>['outcome'],
  ): Promise<void> {
    await this.options.journal.append({ kind: 'end', at: this.timestamp(), paymentId, outcome });
  }

  private timestamp(): string {
    return new Date(this.options.clock.now()).toISOString();
  }
}

/** Times one look; each lap ends where the next begins. */
class LookWatch {
  private readonly clock: Clock;
  private readonly begun: number;
  private last: number;
  private readonly laps = { challenge: 0, camera: 0, decision: 0, answering: 0 };

  constructor(clock: Clock) {
    this.clock = clock;
    this.begun = this.last = clock.monotonic();
  }

  lap(name: keyof typeof this.laps): void {
    const now = this.clock.monotonic();
    this.laps[name] += now - this.last;
    this.last = now;
  }

  get timings(): LookTimings {
    return { ...this.laps, total: this.last - this.begun };
  }
}

function isUnknownPayment(failure: RequestFailure): boolean {
  return failure.code === 'refused' && failure.refusal.code === 'payment_unknown';
}

/** For a hub of before, which would not know where a frame's pictures end. */
function withoutInfrared(frame: ProbeFrame): ProbeFrame {
  const { infrared: _, ...rest } = frame;
  return rest;
}
