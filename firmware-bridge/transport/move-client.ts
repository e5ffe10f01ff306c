import { LIFE_CYCLE_VERSION } from '../../shared/contracts/protocol-version.ts';
import type { RefusalCode } from '../../shared/contracts/refusal.ts';
import type { TerminalReply } from '../../shared/contracts/terminal-messages.ts';
import type {
  PaymentMoveType,
  PaymentStandingData,
  PaymentStateData,
} from '../../shared/contracts/terminal-moves.ts';
import type { IdMaker } from '../../shared/domain/ids.ts';
import type { Money } from '../../shared/domain/money.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import { err, ok, type Result } from '../../shared/kernel/result.ts';
import type { Journal, OpenMove } from '../bridge/journal.ts';
import type { DeviceKey } from '../codec/device-key.ts';
import { moveHead } from '../codec/move.ts';
import { failureOf, type HubExchange, sleep } from './hub-exchange.ts';
import type { Refusal, RequestFailure } from './payment-outcome.ts';

/**
 * How a move ended. `unknown`: no answer came in time; it stays open in the journal, and `recover` asks for the very same
 * again.
 */
export type MoveOutcome = { readonly moveId: string } & (
  | { readonly kind: 'done'; readonly state: PaymentStateData }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'unknown' }
);

export interface MoveClientParts {
  readonly terminalId: string;
  readonly hub: HubExchange;
  readonly journal: Journal;
  readonly deviceKey: DeviceKey;
  readonly clock: Clock;
  readonly newId: IdMaker;
}

/** Refusals that say nothing of the move: an earlier copy of the request may have been done. */
const PASSING: ReadonlySet<RefusalCode> = new Set(['busy', 'rate_limited', 'hub_unavailable']);
const TRIES_WHEN_BUSY = 5;

/**
 * What a terminal asks of payments after the look.
 *
 * Invariant: a move is in the journal before its first send, and stays open there until the hub has said what became of it.
 */
export class MoveClient {
  private readonly parts: MoveClientParts;

  constructor(parts: MoveClientParts) {
    this.parts = parts;
  }

  /** Asks for a move of a payment, once. @param payment of a refund the amount to give back, of all others the whole */
  async move(
    type: PaymentMoveType,
    payment: Money & { readonly paymentId: string },
  ): Promise<MoveOutcome> {
    const { paymentId, amountMinor, currency } = payment;
    const entry: OpenMove = {
      kind: 'move',
      at: this.now(),
      moveId: this.parts.newId(),
      type,
      paymentId,
      amountMinor,
      currency,
    };
    await this.parts.journal.append(entry);
    return this.ask(entry);
  }

  /** Asks again for every move whose end was not seen: the hub answers as it did the first time. */
  async recover(): Promise<MoveOutcome[]> {
    const outcomes: MoveOutcome[] = [];
    for (const entry of this.parts.journal.openMoves) outcomes.push(await this.ask(entry));
    return outcomes;
  }

  /** How a payment of this shop stands. */
  async status(paymentId: string): Promise<Result<PaymentStateData, RequestFailure>> {
    const reply = await this.question({ type: 'payment.status', data: { paymentId } });
    if (!reply.ok) return reply;
    return reply.value.type === 'payment.state'
      ? ok(reply.value.data)
      : err(failureOf(reply.value));
  }

  /** This shop's last captured payments, newest first. */
  async recent(limit: number): Promise<Result<readonly PaymentStandingData[], RequestFailure>> {
    const reply = await this.question({ type: 'payment.recent', data: { limit } });
    if (!reply.ok) return reply;
    return reply.value.type === 'payments.recent'
      ? ok(reply.value.data.payments)
      : err(failureOf(reply.value));
  }

  private question(
    asked:
      | { readonly type: 'payment.status'; readonly data: { readonly paymentId: string } }
      | { readonly type: 'payment.recent'; readonly data: { readonly limit: number } },
  ): Promise<Result<TerminalReply, RequestFailure>> {
    const { hub, newId } = this.parts;
    return hub.ask({ ...hub.envelope(newId()), ...asked, version: LIFE_CYCLE_VERSION });
  }

  private async ask(entry: OpenMove): Promise<MoveOutcome> {
    const { hub, terminalId, clock, deviceKey: key } = this.parts;
    const { moveId } = entry;
    const head = moveHead(entry, { terminalId, occurredAtMs: clock.now(), key });
    for (let tries = 0; tries < TRIES_WHEN_BUSY; tries += 1) {
      const reply = await hub.ask(head);
      if (!reply.ok) return { moveId, kind: 'unknown' };
      if (reply.value.type === 'payment.state') {
        await this.end(moveId, 'done');
        return { moveId, kind: 'done', state: reply.value.data };
      }
      const failure = failureOf(reply.value);
      if (failure.code === 'no_answer') return { moveId, kind: 'unknown' };
      if (!PASSING.has(failure.refusal.code)) {
        await this.end(moveId, 'refused');
        return { moveId, kind: 'refused', refusal: failure.refusal };
      }
      await sleep(hub.timeouts.settleMs);
    }
    return { moveId, kind: 'unknown' };
  }

  private async end(moveId: string, outcome: 'done' | 'refused'): Promise<void> {
    await this.parts.journal.append({ kind: 'move-end', at: this.now(), moveId, outcome });
  }

  private now(): string {
    return new Date(this.parts.clock.now()).toISOString();
  }
}
