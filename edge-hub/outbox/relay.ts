import { Backoff } from '../../shared/kernel/backoff.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import type { Logger } from '../../shared/kernel/logger.ts';
import { pause, type Timers } from '../../shared/kernel/timers.ts';
import type { Lazily } from '../db/database.ts';
import type { HubMetrics } from '../metrics.ts';
import { EventRefusedError, type EventStream } from './event-stream.ts';
import { eventJson, type OutboxRow, type OutboxStore } from './outbox-store.ts';

export interface RelayParts {
  readonly store: OutboxStore;
  readonly lazily: Lazily;
  /** Resolves when everything committed so far is on disk: central must never know more than a power cut leaves. */
  readonly settled: () => Promise<void>;
  readonly metrics: Pick<HubMetrics, 'eventsPublished' | 'eventsRefused'>;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: () => number;
  readonly logger: Logger;
  /** Rows are looked for without a wake-up too, in case one was missed; waits after failures are no longer. */
  readonly idleMs?: number;
}

const BATCH = 100;
const IDLE_MS = 5_000;

/**
 * Copies committed events to the hub's stream, in order, one at a time: an event is sent only when
 * the one before it is taken. It runs beside the payments and never keeps one waiting. What the stream will never take is
 * left out of it: central fetches it from the ledger, at the gap.
 */
export class OutboxRelay {
  private readonly parts: RelayParts;
  private readonly backoff: Backoff;
  private readonly idleMs: number;
  private stream: EventStream | undefined;
  private isReady = false;
  private cancelTimer: () => void = () => undefined;
  private running: Promise<void> | undefined;
  private woken = false;
  private stopped = false;

  constructor(parts: RelayParts) {
    this.parts = parts;
    this.idleMs = parts.idleMs ?? IDLE_MS;
    this.backoff = new Backoff({ firstMs: 200, maxMs: this.idleMs, random: parts.random });
  }

  start(stream: EventStream): void {
    this.stream = stream;
    this.wake();
  }

  /** To be called after a commit: there may be something to publish. Returns at once. */
  wake(): void {
    if (this.stopped || !this.stream) return;
    if (this.running) {
      this.woken = true;
      return;
    }
    this.cancelTimer();
    const { stream } = this;
    // after the caller's own work: a payment's reply goes out first
    this.running = pause(this.parts.timers, 0)
      .then(() => this.run(stream))
      .finally(() => {
        this.running = undefined;
        if (this.woken) {
          this.woken = false;
          this.wake();
        }
      });
  }

  /** Stops; what is not published by then is published at the next start. */
  async stop(limitMs: number): Promise<void> {
    this.wake();
    const done = new AbortController();
    const limit = pause(this.parts.timers, limitMs, done.signal);
    await Promise.race([this.running, limit]);
    done.abort();
    this.stopped = true;
    this.cancelTimer();
  }

  private async run(stream: EventStream): Promise<void> {
    let waitMs = this.idleMs;
    try {
      if (!this.isReady) await stream.ensure();
      this.isReady = true;
      let rows = this.parts.store.pending(BATCH);
      while (rows.length > 0 && !this.stopped) {
        await this.parts.settled();
        await this.publish(stream, rows);
        rows = this.parts.store.pending(BATCH);
      }
      this.backoff.reset();
    } catch (error) {
      waitMs = this.backoff.nextMs();
      this.woken = false;
      // the stream may be gone: look for it again
      this.isReady = false;
      this.parts.logger.warn({ module: 'relay', err: error, waitMs }, 'events wait in the outbox');
    }
    if (this.stopped) return;
    this.cancelTimer = this.parts.timers.after(waitMs, () => {
      this.wake();
    });
  }

  private async send(stream: EventStream, row: OutboxRow): Promise<void> {
    try {
      await stream.publish({ id: row.eventId, type: row.type, text: eventJson(row) });
    } catch (error) {
      if (!(error instanceof EventRefusedError)) throw error;
      this.parts.metrics.eventsRefused();
      this.parts.logger.error(
        { module: 'relay', err: error, seq: row.seq },
        'the stream does not take an event: central has to fetch it from the ledger',
      );
    }
  }

  private async publish(stream: EventStream, rows: readonly OutboxRow[]): Promise<void> {
    const { store, lazily, clock, metrics } = this.parts;
    const taken: number[] = [];
    try {
      for (const row of rows) {
        if (this.stopped) return;
        await this.send(stream, row);
        taken.push(row.seq);
      }
    } finally {
      const [first] = taken;
      const last = taken.at(-1);
      if (first !== undefined && last !== undefined) {
        const at = new Date(clock.now()).toISOString();
        // A mark that a power cut takes back means one more publication, which central knows how to skip.
        lazily(() => store.markPublished(first, last, at));
        metrics.eventsPublished(taken.length);
      }
    }
  }
}
