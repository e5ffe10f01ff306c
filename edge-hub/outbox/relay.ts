import { type JetStreamClient, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { subjects } from '../../shared/contracts/subjects.ts';
import { Backoff } from '../../shared/kernel/backoff.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import type { Logger } from '../../shared/kernel/logger.ts';
import type { Lazily } from '../db/database.ts';
import type { HubMetrics } from '../metrics.ts';
import { eventJson, type OutboxRow, type OutboxStore } from './outbox-store.ts';

export interface RelayParts {
  readonly hubId: string;
  readonly store: OutboxStore;
  readonly lazily: Lazily;
  /** Resolves when everything committed so far is on disk: central must never know more than a power cut leaves. */
  readonly settled: () => Promise<void>;
  readonly stream: { readonly maxBytes: number; readonly maxAgeMs: number };
  readonly metrics: HubMetrics;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
}

const BATCH = 100;
const PUBLISH_TIMEOUT_MS = 2_000;
const NANOS_PER_MS = 1_000_000;
/** Within this a second publication of the same event is dropped by JetStream; central drops it whenever it comes. */
const DUPLICATE_WINDOW_MS = 120_000;
/** Rows are looked for without a wake-up too, in case one was missed. */
const IDLE_MS = 5_000;

/**
 * Copies committed events to the hub's JetStream stream, in order, one at a time: an event is sent only when
 * the one before it is taken. It runs beside the payments and never keeps one waiting.
 */
export class OutboxRelay {
  private readonly parts: RelayParts;
  private readonly backoff: Backoff;
  private connection: NatsConnection | undefined;
  private client: JetStreamClient | undefined;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private woken = false;
  private stopped = false;

  constructor(parts: RelayParts) {
    this.parts = parts;
    this.backoff = new Backoff({ firstMs: 200, maxMs: 5_000, random: parts.random });
  }

  start(connection: NatsConnection): void {
    this.connection = connection;
    this.wake();
  }

  /** To be called after a commit: there may be something to publish. Returns at once. */
  wake(): void {
    if (this.stopped || !this.connection) return;
    if (this.running) {
      this.woken = true;
      return;
    }
    clearTimeout(this.timer);
    // after the caller's own work: a payment's reply goes out first
    this.running = new Promise<void>((resolve) => {
      setImmediate(resolve);
    })
      .then(() => this.run())
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
    const limit = new Promise<void>((resolve) => {
      setTimeout(resolve, limitMs).unref();
    });
    await Promise.race([this.running, limit]);
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private async run(): Promise<void> {
    let waitMs = IDLE_MS;
    try {
      const client = await this.ready();
      let rows = this.parts.store.pending(BATCH);
      while (rows.length > 0 && !this.stopped) {
        await this.parts.settled();
        await this.publish(client, rows);
        rows = this.parts.store.pending(BATCH);
      }
      this.backoff.reset();
    } catch (error) {
      waitMs = this.backoff.nextMs();
      this.woken = false;
      // the stream may be gone: look for it again
      this.client = undefined;
      this.parts.logger.warn({ module: 'relay', err: error, waitMs }, 'events wait in the outbox');
    }
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.wake();
    }, waitMs);
  }

  private async publish(client: JetStreamClient, rows: readonly OutboxRow[]): Promise<void> {
    const { hubId, store, lazily, clock, metrics } = this.parts;
    const taken: number[] = [];
    try {
      for (const row of rows) {
        if (this.stopped) return;
        await client.publish(subjects.txEvent(hubId, row.type), eventJson(row), {
          msgID: row.eventId,
          timeout: PUBLISH_TIMEOUT_MS,
        });
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

  /** The stream is there, or is made. */
  private async ready(): Promise<JetStreamClient> {
    if (this.client) return this.client;
    const { hubId, stream } = this.parts;
    const connection = this.connection;
    if (!connection) throw new Error('not connected yet');
    const name = subjects.txStream(hubId);
    const manager = await jetstreamManager(connection, { timeout: PUBLISH_TIMEOUT_MS });
    const settings = {
      subjects: [subjects.txEvents(hubId)],
      max_bytes: stream.maxBytes,
      max_age: stream.maxAgeMs * NANOS_PER_MS,
      duplicate_window: DUPLICATE_WINDOW_MS * NANOS_PER_MS,
    };
    const exists = await manager.streams.info(name).then(
      () => true,
      () => false,
    );
    if (!exists) {
      await manager.streams.add({
        name,
        storage: 'file',
        retention: 'limits',
        discard: 'old',
        ...settings,
      });
    }
    this.client = jetstream(connection, { timeout: PUBLISH_TIMEOUT_MS });
    return this.client;
  }
}
