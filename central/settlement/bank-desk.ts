import { createHash } from 'node:crypto';
import type { IdMaker } from '../../shared/domain/ids.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import type { Stoppable } from '../../shared/kernel/lifecycle.ts';
import type { OpenDatabase } from '../db/database.ts';
import type { CentralEvents } from '../events.ts';
import { applyBankMessage } from './bank-answers.ts';
import { type BankMessage, readBankMessage } from './bank-message.ts';
import type { BankPort } from './bank-port.ts';
import { keepBankMessage, markSent, nextFileToSend, recordException } from './settlement-store.ts';

const ANSWERS_AT_A_TIME = 20;

export interface BankDeskParts {
  readonly database: OpenDatabase;
  readonly clock: Clock;
  readonly newId: IdMaker;
  readonly bank: BankPort;
  readonly events: CentralEvents;
  /** How often files are sent and answers fetched. */
  readonly everyMs: number;
}

/**
 * Sends what settlement has made and books what the bank answers. A file was kept before it is sent and is marked after: a
 * crash between sends it once more, and a bank knows it by its id. An answer is kept, and booked, in one transaction before
 * the bank is told that it was taken: a crash between reads it once more, and the kept one says so.
 */
export class BankDesk implements Stoppable {
  readonly name = 'bank desk';
  private readonly parts: BankDeskParts;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<unknown> = Promise.resolve();
  private stopped = false;

  constructor(parts: BankDeskParts) {
    this.parts = parts;
  }

  start(): void {
    this.timer = setTimeout(() => {
      void this.exchange()
        .catch((error: unknown) => this.parts.events.bankFailed(error))
        .finally(() => {
          if (!this.stopped) this.start();
        });
    }, this.parts.everyMs);
    this.timer.unref();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  /**
   * Sends and fetches now, after what is under way.
   *
   * @returns how many files went out and messages came in
   * @throws when the bank cannot be reached: what was not sent or taken is tried again
   */
  exchange(): Promise<{ readonly sent: number; readonly received: number }> {
    const exchanged = this.running.then(async () => ({
      sent: await this.send(),
      received: await this.fetch(),
    }));
    this.running = exchanged.catch(() => undefined);
    return exchanged;
  }

  private async send(): Promise<number> {
    const { database, bank, clock, events } = this.parts;
    for (let sent = 0; ; sent += 1) {
      const file = this.stopped ? undefined : await nextFileToSend(database.db);
      if (!file) return sent;
      await bank.submit({ messageId: file.messageId, xml: file.content });
      const at = new Date(clock.now());
      await database.transact((tx) => markSent(tx, file.messageId, at));
      events.paymentFileSent(file.messageId);
    }
  }

  private async fetch(): Promise<number> {
    for (let received = 0; ; ) {
      const answers = this.stopped ? [] : await this.parts.bank.collect(ANSWERS_AT_A_TIME);
      if (answers.length === 0) return received;
      for (const answer of answers) {
        await this.take(answer.xml);
        await answer.taken();
        received += 1;
      }
    }
  }

  private async take(xml: string): Promise<void> {
    const { database, clock, newId, events } = this.parts;
    const at = new Date(clock.now());
    const sha256 = createHash('sha256').update(xml).digest('hex');
    const message = readBankMessage(xml);
    const outcome = await database.transact(async (tx) => {
      if (!message.ok) {
        const detail = 'what the bank sent is none of the messages that are known';
        const code = 'message_unreadable';
        await recordException(tx, { code, subject: sha256, merchantId: null, detail, foundAt: at });
        return 'unreadable' as const;
      }
      const { kind, messageId } = message.value;
      const row = { messageId, kind, sha256, content: xml, receivedAt: at };
      const before = await keepBankMessage(tx, row);
      if (before === sha256) return 'repeated' as const;
      if (before !== undefined) {
        const detail = 'another message has come under this id before';
        const found = { code: 'message_reused' as const, subject: messageId, merchantId: null };
        await recordException(tx, { ...found, detail, foundAt: at });
        return 'reused' as const;
      }
      await applyBankMessage(tx, message.value, { at, newId });
      return 'booked' as const;
    });
    events.bankMessageTaken(kindOf(message), outcome);
  }
}

function kindOf(message: ReturnType<typeof readBankMessage>): BankMessage['kind'] | 'unknown' {
  return message.ok ? message.value.kind : 'unknown';
}
