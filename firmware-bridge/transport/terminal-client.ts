import type { z } from 'zod';
import { joinPayload, type ProbeFrame } from '../../shared/contracts/terminal-frames.ts';
import type {
  PaymentResultData,
  TerminalReply,
  terminalRequestSchema,
} from '../../shared/contracts/terminal-messages.ts';
import type { IdMaker } from '../../shared/domain/ids.ts';
import type { Money } from '../../shared/domain/money.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import type { Logger } from '../../shared/kernel/logger.ts';
import { err, ok, type Result } from '../../shared/kernel/result.ts';
import type { Journal, JournalEntry, OpenPayment } from '../bridge/journal.ts';
import type { DeviceKey } from '../codec/device-key.ts';
import { encodeProbe } from '../codec/probe.ts';
import { MqttLink, type TlsMaterial } from './mqtt-link.ts';
import type { LookTimings, PaymentOutcome, RequestFailure, Welcome } from './payment-outcome.ts';
import { parseReply, ReplyTable } from './reply-table.ts';

export interface TerminalTimeouts {
  /** One attempt to connect. */
  readonly connectMs: number;
  /** Without a reply for this long a request is sent again, with the same id and bytes. */
  readonly replyMs: number;
  /** Until then a request is tried again; after it a payment is `unknown`. */
  readonly giveUpMs: number;
  /** How long an earlier send of the same probe may still be worked on at the hub. */
  readonly settleMs: number;
  readonly maxBackoffMs: number;
}

const DEFAULT_TIMEOUTS: TerminalTimeouts = {
  connectMs: 5_000,
  replyMs: 5_000,
  giveUpMs: 20_000,
  settleMs: 3_000,
  maxBackoffMs: 5_000,
};

export interface TerminalClientOptions {
  readonly url: string;
  readonly terminalId: string;
  readonly tls: TlsMaterial;
  readonly deviceKey: DeviceKey;
  readonly journal: Journal;
  readonly clock: Clock;
  /** Makes UUIDv7s. */
  readonly newId: IdMaker;
  readonly random: () => number;
  readonly logger: Logger;
  readonly timeouts?: Partial<TerminalTimeouts>;
}

export interface PayRequest extends Money {
  /** Called once, after the hub has issued its challenge; 1-5 frames. */
  readonly takeFrames: () => Promise<readonly ProbeFrame[]>;
  /** To look again for a payment that was declined; otherwise a new payment is begun. */
  readonly paymentId?: string;
}

export interface CameraFacts {
  readonly depth: boolean;
  readonly width: number;
  readonly height: number;
}

type RequestHead = z.input<typeof terminalRequestSchema>;
type Look = OpenPayment;

/**
 * A terminal's side of the protocol.
 *
 * Invariants: the ids of a payment and of its requests are in the journal before their first send; a request is
 * repeated with the same id and bytes, never made anew; once a probe has been sent more than once, an error reply
 * is believed only when the hub, asked after `settleMs`, still does not know the payment as paid.
 */
export class TerminalClient {
  readonly terminalId: string;
  private readonly options: TerminalClientOptions;
  private readonly timeouts: TerminalTimeouts;
  private readonly link: MqttLink;
  private readonly replies = new ReplyTable();
  private readonly whenUp = new Set<() => void>();

  private constructor(options: TerminalClientOptions) {
    this.options = options;
    this.terminalId = options.terminalId;
    this.timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
    this.link = new MqttLink(
      { ...options, ...this.timeouts },
      {
        onMessage: (payload) => this.receive(payload),
        onUp: () => this.wake(),
        onDown: () => this.replies.linkDown(),
      },
    );
  }

  /** Connects once; from then on the link comes back by itself. @throws LinkError when the first attempt fails */
  static async connect(options: TerminalClientOptions): Promise<TerminalClient> {
    const client = new TerminalClient(options);
    await client.link.start();
    return client;
  }

  get isUp(): boolean {
    return this.link.isUp;
  }

  /** Introduces the terminal; answers with its shop, currency and limit. */
  async hello(software: string, camera: CameraFacts): Promise<Result<Welcome, RequestFailure>> {
    const data = { protocolVersions: [1], software, camera };
    const id = this.options.newId();
    const reply = await this.ask({ ...this.envelope(id), type: 'terminal.hello', data });
    if (!reply.ok) return reply;
    if (reply.value.type === 'terminal.welcome') return ok(reply.value.data);
    return err(failureOf(reply.value));
  }

  /** What the hub knows of a payment. */
  async query(paymentId: string): Promise<Result<PaymentResultData, RequestFailure>> {
    return resultOf(await this.ask(this.queryHead(paymentId)), paymentId);
  }

  /**
   * One look: challenge, frames, probe, result. Never rejects for what the hub or the network does;
   * rejects when the journal can't be written or `takeFrames` rejects (then nothing was charged).
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
    const frames = await this.framesOrEnd(look, request);
    watch.lap('camera');
    const payload = encodeProbe(
      {
        ...look,
        requestId: look.probeRequestId,
        occurredAtMs: this.options.clock.now(),
        terminalId: this.terminalId,
        challenge: challenge.value,
        frames,
      },
      this.options.deviceKey,
    );
    const settled = await this.settle(look, payload);
    watch.lap('decision');
    const facts = { paymentId: look.paymentId, timings: watch.timings };
    if (settled.ok) {
      await this.end(look.paymentId, settled.value.outcome);
      return { ...facts, kind: 'decided', result: settled.value };
    }
    if (settled.error.code === 'no_answer') return { ...facts, kind: 'unknown' };
    await this.end(look.paymentId, 'refused');
    return { ...facts, kind: 'refused', refusal: settled.error.refusal };
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
      if (age < this.timeouts.settleMs) await sleep(this.timeouts.settleMs - age);
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
  async exchange(
    requestId: string,
    payload: Uint8Array,
    timeoutMs = this.timeouts.replyMs,
  ): Promise<Result<TerminalReply, 'timeout' | 'link_down'>> {
    const reply = this.replies.wait(requestId, timeoutMs);
    if (!this.link.send(payload)) this.replies.linkDown();
    return reply;
  }

  async close(): Promise<void> {
    await this.link.stop();
    this.replies.linkDown();
    this.wake();
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
    const reply = await this.ask({
      ...this.envelope(look.challengeRequestId),
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

  private async framesOrEnd(look: Look, request: PayRequest): Promise<readonly ProbeFrame[]> {
    try {
      return await request.takeFrames();
    } catch (error) {
      await this.end(look.paymentId, 'unsent');
      throw error;
    }
  }

  /** Sends the probe until its end is known or the time is up. */
  private async settle(
    look: Look,
    payload: Uint8Array,
  ): Promise<Result<PaymentResultData, RequestFailure>> {
    const deadline = this.deadline();
    let sends = 0;
    for (;;) {
      const known = sends > 0 ? await this.paidAlready(look, deadline) : undefined;
      if (known) return ok(known);
      const left = deadline - this.options.clock.monotonic();
      if (left <= 0) return err({ code: 'no_answer' });
      sends += 1;
      const reply = await this.exchange(
        look.probeRequestId,
        payload,
        Math.min(this.timeouts.replyMs, left),
      );
      const result = reply.ok ? resultOf(reply, look.paymentId) : undefined;
      if (result?.ok) return result;
      if (result?.error.code === 'refused') {
        if (sends === 1) return result;
        await sleep(this.timeouts.settleMs);
        const late = await this.query(look.paymentId);
        if (late.ok && late.value.outcome === 'paid') return late;
        if (late.ok || late.error.code === 'refused') return result;
      }
      await this.untilUp(deadline);
    }
  }

  /** The stored result, if the hub has taken the payment; anything less is no reason not to send again. */
  private async paidAlready(look: Look, deadline: number): Promise<PaymentResultData | undefined> {
    await this.untilUp(deadline);
    const head = this.queryHead(look.paymentId);
    const reply = await this.exchange(head.id, joinPayload(head, []));
    const known = reply.ok ? resultOf(reply, look.paymentId) : undefined;
    return known?.ok && known.value.outcome === 'paid' ? known.value : undefined;
  }

  /** Sends a request without pictures until it is answered or the time is up. */
  private async ask(head: RequestHead): Promise<Result<TerminalReply, RequestFailure>> {
    const payload = joinPayload(head, []);
    const deadline = this.deadline();
    for (;;) {
      await this.untilUp(deadline);
      const left = deadline - this.options.clock.monotonic();
      if (left <= 0) return err({ code: 'no_answer' });
      const reply = await this.exchange(head.id, payload, Math.min(this.timeouts.replyMs, left));
      if (reply.ok) return reply;
    }
  }

  private envelope(id: string): { id: string; version: 1; occurredAt: string; source: string } {
    return { id, version: 1, occurredAt: this.timestamp(), source: this.terminalId };
  }

  private queryHead(paymentId: string): RequestHead {
    const id = this.options.newId();
    return { ...this.envelope(id), type: 'payment.query', data: { paymentId } };
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

  private deadline(): number {
    return this.options.clock.monotonic() + this.timeouts.giveUpMs;
  }

  /** Resolves when the link is up or the deadline has passed. */
  private async untilUp(deadline: number): Promise<void> {
    const left = deadline - this.options.clock.monotonic();
    if (this.link.isUp || left <= 0) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.whenUp.delete(done);
        resolve();
      };
      const timer = setTimeout(done, left);
      this.whenUp.add(done);
    });
  }

  private wake(): void {
    for (const done of this.whenUp) done();
  }

  private receive(payload: Uint8Array): void {
    const reply = parseReply(payload);
    if (!reply) this.options.logger.warn({ bytes: payload.byteLength }, 'unreadable reply');
    else if (!this.replies.deliver(reply)) {
      this.options.logger.debug({ type: reply.type }, 'reply that nobody waits for');
    }
  }
}

/** Times one look; each lap ends where the next begins. */
class LookWatch {
  private readonly clock: Clock;
  private readonly begun: number;
  private last: number;
  private readonly laps = { challenge: 0, camera: 0, decision: 0 };

  constructor(clock: Clock) {
    this.clock = clock;
    this.begun = this.last = clock.monotonic();
  }

  lap(name: 'challenge' | 'camera' | 'decision'): void {
    const now = this.clock.monotonic();
    this.laps[name] = now - this.last;
    this.last = now;
  }

  get timings(): LookTimings {
    return { ...this.laps, total: this.last - this.begun };
  }
}

function resultOf(
  reply: Result<TerminalReply, RequestFailure | 'timeout' | 'link_down'>,
  paymentId: string,
): Result<PaymentResultData, RequestFailure> {
  if (!reply.ok) return err(typeof reply.error === 'string' ? { code: 'no_answer' } : reply.error);
  const { value } = reply;
  if (value.type === 'payment.result' && value.data.paymentId === paymentId) return ok(value.data);
  return err(failureOf(value));
}

/** An error reply is a refusal; a reply of the wrong kind counts as none. */
function failureOf(reply: TerminalReply): RequestFailure {
  return reply.type === 'error' ? { code: 'refused', refusal: reply.data } : { code: 'no_answer' };
}

function isUnknownPayment(failure: RequestFailure): boolean {
  return failure.code === 'refused' && failure.refusal.code === 'payment_unknown';
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
