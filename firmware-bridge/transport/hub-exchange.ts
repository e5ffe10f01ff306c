import type { z } from 'zod';
import { joinPayload } from '../../shared/contracts/terminal-frames.ts';
import type {
  PaymentQuestionData,
  PaymentResultData,
  TerminalReply,
  terminalRequestSchema,
} from '../../shared/contracts/terminal-messages.ts';
import type { IdMaker } from '../../shared/domain/ids.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import type { Logger } from '../../shared/kernel/logger.ts';
import { err, ok, type Result } from '../../shared/kernel/result.ts';
import { MqttLink, type TlsMaterial } from './mqtt-link.ts';
import type { RequestFailure } from './payment-outcome.ts';
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

export interface HubExchangeOptions {
  readonly url: string;
  readonly terminalId: string;
  readonly tls: TlsMaterial;
  readonly clock: Clock;
  /** Makes UUIDv7s. */
  readonly newId: IdMaker;
  readonly random: () => number;
  readonly logger: Logger;
  readonly timeouts?: Partial<TerminalTimeouts>;
}

export type RequestHead = z.input<typeof terminalRequestSchema>;

/** What a probe or an answer comes to: the payment's end, or a question before it. */
export type PaymentReply = PaymentResultData | PaymentQuestionData;

/**
 * Requests and their replies over a link that comes and goes.
 *
 * Invariants: a request is repeated with the same id and bytes, never made anew; once one that may end in a payment has
 * been sent more than once, an error reply is believed only when the hub, asked after `settleMs`, still does not know the
 * payment as paid.
 */
export class HubExchange {
  readonly timeouts: TerminalTimeouts;
  private readonly options: HubExchangeOptions;
  private readonly link: MqttLink;
  private readonly replies = new ReplyTable();
  private readonly whenUp = new Set<() => void>();

  private constructor(options: HubExchangeOptions) {
    this.options = options;
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
  static async connect(options: HubExchangeOptions): Promise<HubExchange> {
    const exchange = new HubExchange(options);
    await exchange.link.start();
    return exchange;
  }

  get isUp(): boolean {
    return this.link.isUp;
  }

  async close(): Promise<void> {
    await this.link.stop();
    this.replies.linkDown();
    this.wake();
  }

  /** What every request carries; `version` is one that the hub speaks. */
  envelope(id: string): { id: string; version: 1; occurredAt: string; source: string } {
    const occurredAt = new Date(this.options.clock.now()).toISOString();
    return { id, version: 1, occurredAt, source: this.options.terminalId };
  }

  /** What the hub knows of a payment. */
  async query(paymentId: string): Promise<Result<PaymentResultData, RequestFailure>> {
    return resultOf(await this.ask(this.queryHead(paymentId)), paymentId);
  }

  /**
   * Sends a payload as it stands, once, and waits for the reply to `requestId`: for tools and tests that need a
   * message this client would never make.
   */
  async send(
    requestId: string,
    payload: Uint8Array,
    timeoutMs = this.timeouts.replyMs,
  ): Promise<Result<TerminalReply, 'timeout' | 'link_down'>> {
    const reply = this.replies.wait(requestId, timeoutMs);
    if (!this.link.send(payload)) this.replies.linkDown();
    return reply;
  }

  /** Sends a probe or an answer until its end is known or the time is up. */
  async settle(
    request: { readonly requestId: string; readonly paymentId: string },
    payload: Uint8Array,
  ): Promise<Result<PaymentReply, RequestFailure>> {
    const { requestId, paymentId } = request;
    const deadline = this.deadline();
    let sends = 0;
    for (;;) {
      const known = sends > 0 ? await this.paidAlready(paymentId, deadline) : undefined;
      if (known) return ok(known);
      const left = deadline - this.options.clock.monotonic();
      if (left <= 0) return err({ code: 'no_answer' });
      sends += 1;
      const reply = await this.send(requestId, payload, Math.min(this.timeouts.replyMs, left));
      const result = reply.ok ? paymentReplyOf(reply.value, paymentId) : undefined;
      if (result?.ok) return result;
      if (result?.error.code === 'refused') {
        if (sends === 1) return result;
        await sleep(this.timeouts.settleMs);
        const late = await this.query(paymentId);
        if (late.ok && late.value.outcome === 'paid') return late;
        if (late.ok || late.error.code === 'refused') return result;
      }
      await this.untilUp(deadline);
    }
  }

  /** The stored result, if the hub has taken the payment; anything less is no reason not to send again. */
  private async paidAlready(
    paymentId: string,
    deadline: number,
  ): Promise<PaymentResultData | undefined> {
    await this.untilUp(deadline);
    const head = this.queryHead(paymentId);
    const reply = await this.send(head.id, joinPayload(head, []));
    const known = reply.ok ? resultOf(reply, paymentId) : undefined;
    return known?.ok && known.value.outcome === 'paid' ? known.value : undefined;
  }

  /** Sends a request without pictures until it is answered or the time is up. */
  async ask(head: RequestHead): Promise<Result<TerminalReply, RequestFailure>> {
    const payload = joinPayload(head, []);
    const deadline = this.deadline();
    for (;;) {
      await this.untilUp(deadline);
      const left = deadline - this.options.clock.monotonic();
      if (left <= 0) return err({ code: 'no_answer' });
      const reply = await this.send(head.id, payload, Math.min(this.timeouts.replyMs, left));
      if (reply.ok) return reply;
    }
  }

  private queryHead(paymentId: string): RequestHead {
    const id = this.options.newId();
    return { ...this.envelope(id), type: 'payment.query', data: { paymentId } };
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

function paymentReplyOf(
  reply: TerminalReply,
  paymentId: string,
): Result<PaymentReply, RequestFailure> {
  if (reply.type !== 'payment.question') return resultOf(ok(reply), paymentId);
  return reply.data.paymentId === paymentId ? ok(reply.data) : err({ code: 'no_answer' });
}

/** The payment's end where the reply is one. */
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
export function failureOf(reply: TerminalReply): RequestFailure {
  return reply.type === 'error' ? { code: 'refused', refusal: reply.data } : { code: 'no_answer' };
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
