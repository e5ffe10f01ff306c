import { setTimeout as sleep } from 'node:timers/promises';
import type { Counter } from '../../deploy/demo/counter.ts';
import type { PaymentOutcome } from '../../firmware-bridge/transport/payment-outcome.ts';
import { present } from '../../shared/kernel/assert.ts';
import type { SeededRandom } from '../../shared/kernel/seeded-random.ts';
import { pictureOf } from '../support/test-hub.ts';
import { PEOPLE } from './people.ts';

/** What a terminal was told is paid. */
export interface AcknowledgedSale {
  readonly hubId: string;
  readonly paymentId: string;
  readonly amountMinor: bigint;
  readonly reference: string;
}

const MAX_AMOUNT_MINOR = 1_000;
const PAUSE_AFTER_FAILURE_MS = 100;
const RECOVERIES = 20;

/** A counter with a real terminal and its journal, that sells one thing after another until it is told to stop. */
export class Till {
  /** Payments that were begun, whatever became of them, with their amounts. */
  readonly begun = new Map<string, bigint>();
  readonly acknowledged = new Map<string, AcknowledgedSale>();
  /** Looks that ended otherwise than paid, as the shopper and the cashier saw it. */
  failedLooks = 0;
  /** The longest that a terminal waited for an answer to a probe, ms. */
  slowestMs = 0;
  private readonly counter: Counter;
  private readonly random: SeededRandom;
  private stopped = false;

  constructor(counter: Counter, random: SeededRandom) {
    this.counter = counter;
    this.random = random;
  }

  async sell(): Promise<void> {
    while (!this.stopped) await this.sellOnce();
  }

  stop(): void {
    this.stopped = true;
  }

  async close(): Promise<void> {
    await this.counter.terminal.close();
    await this.counter.journal.close();
  }

  /** After the faults: asks what became of the payments whose end was not seen. */
  async settle(): Promise<void> {
    for (
      let tries = 0;
      tries < RECOVERIES && this.counter.journal.openPayments.length > 0;
      tries += 1
    ) {
      for (const outcome of await this.counter.terminal.recover()) this.note(outcome);
      if (this.counter.journal.openPayments.length > 0) await sleep(PAUSE_AFTER_FAILURE_MS);
    }
  }

  private async sellOnce(): Promise<void> {
    const { random } = this;
    const amountMinor = BigInt(1 + random.below(MAX_AMOUNT_MINOR));
    const { name } = present(PEOPLE[random.below(PEOPLE.length)], 'a person');
    let paymentId: string | undefined;
    // a shopper looks again for the same payment, and leaves in the end
    for (let looks = 0; looks < 3; looks += 1) {
      const outcome = await this.counter.terminal.pay({
        amountMinor,
        currency: 'CNY',
        takeFrames: async () => [{ takenAt: new Date().toISOString(), colour: pictureOf(name) }],
        ...(paymentId !== undefined && { paymentId }),
      });
      paymentId = outcome.paymentId;
      this.begun.set(paymentId, amountMinor);
      this.note(outcome);
      this.slowestMs = Math.max(this.slowestMs, outcome.timings.decision);
      if (outcome.kind !== 'decided' || outcome.result.outcome !== 'paid') this.failedLooks += 1;
      if (outcome.kind === 'decided' && outcome.result.outcome !== 'declined') return;
      if (outcome.kind === 'unknown')
        await this.counter.terminal.recover().then((all) => all.forEach((each) => this.note(each)));
      if (this.stopped || this.acknowledged.has(paymentId)) return;
      await sleep(PAUSE_AFTER_FAILURE_MS);
    }
  }

  private note(outcome: PaymentOutcome): void {
    if (outcome.kind !== 'decided' || outcome.result.outcome !== 'paid') return;
    const { paymentId, result } = outcome;
    const receipt = present(result.receipt, 'paid has a receipt');
    this.acknowledged.set(paymentId, {
      hubId: this.counter.hub.hubId,
      paymentId,
      amountMinor: BigInt(receipt.amountMinor),
      reference: receipt.reference,
    });
  }
}
