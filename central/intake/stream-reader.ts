import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Consumer,
  type ConsumerMessages,
  DeliverPolicy,
  jetstream,
  jetstreamManager,
} from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { subjects } from '../../shared/contracts/subjects.ts';
import { present } from '../../shared/kernel/assert.ts';
import { Backoff } from '../../shared/kernel/backoff.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import type { Stoppable } from '../../shared/kernel/lifecycle.ts';
import type { CentralEvents } from '../events.ts';
import type { ChainBreak, Delivery } from './hub-chain.ts';
import type { BookedBatch, IntakeBooking } from './intake-booking.ts';
import type { StreamPosition } from './intake-store.ts';

export interface ReaderParts {
  readonly hubId: string;
  readonly nats: NatsConnection;
  readonly booking: IntakeBooking;
  readonly clock: Clock;
  readonly random: () => number;
  readonly events: CentralEvents;
  /** Called after each commit. */
  readonly onBooked: (batch: BookedBatch) => void;
}

/** How a hub's intake is doing. */
export interface ReaderStatus {
  /** Whether the hub's stream answers. */
  readonly state: 'up' | 'down';
  readonly lastSeenAtMs: number | undefined;
  /** Events in the hub's stream that are not read; undefined while it is down. */
  readonly lag: number | undefined;
  /** Why nothing is booked although the hub answers. */
  readonly halted: (ChainBreak & { readonly sinceMs: number }) | undefined;
}

/** One transaction's worth. */
const BATCH_MESSAGES = 500;
/** A long poll; messages come as they are made, so this only bounds how often an idle hub is asked. */
const FETCH_EXPIRES_MS = 2_000;
const HEARTBEAT_MS = 500;
/** The client's own recovery of an ordered consumer backs off for long: past this we start over. */
const FETCH_LIMIT_MS = FETCH_EXPIRES_MS + 1_500;
const API_TIMEOUT_MS = 1_500;
const CONSUMER_IDLE_MS = 30_000;
const RETRY = { firstMs: 100, maxMs: 800 };
const HALTED_RETRY_MS = 5_000;

/**
 * Reads one hub's stream, across the link, from where PostgreSQL says. The consumer is ordered and acks
 * nothing: the watermark, which commits with the books, is the only memory of what was read. So a crash
 * at any moment reads again exactly what was not booked.
 */
export class StreamReader implements Stoppable {
  readonly name: string;
  private readonly parts: ReaderParts;
  private readonly ending = new AbortController();
  private readonly backoff: Backoff;
  private running: Promise<void> = Promise.resolve();
  private fetching: ConsumerMessages | undefined;
  private state: 'up' | 'down' = 'down';
  private lastSeenAtMs: number | undefined;
  private lag: number | undefined;
  private halted: ReaderStatus['halted'];

  constructor(parts: ReaderParts) {
    this.parts = parts;
    this.name = `intake of ${parts.hubId}`;
    this.backoff = new Backoff({ ...RETRY, random: parts.random });
  }

  start(): void {
    this.running = this.run();
  }

  /** Finishes the batch in hand. */
  async stop(): Promise<void> {
    this.ending.abort();
    this.fetching?.stop();
    await this.running;
  }

  get status(): ReaderStatus {
    const { state, lastSeenAtMs, lag, halted } = this;
    return { state, lastSeenAtMs, lag: state === 'up' ? lag : undefined, halted };
  }

  private get stopped(): boolean {
    return this.ending.signal.aborted;
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      try {
        const broken = await this.follow();
        if (broken) {
          this.halt(broken);
          await this.pause(HALTED_RETRY_MS);
        }
      } catch (error) {
        if (!this.stopped) this.setDown(error);
        await this.pause(this.backoff.nextMs());
      }
    }
  }

  /** Reads until told to stop, the link fails (throws) or the chain breaks (returns the break). */
  private async follow(): Promise<ChainBreak | undefined> {
    const { hubId, booking } = this.parts;
    let position = present(await booking.position(hubId), `watermark of ${hubId}`);
    const { consumer, created, lag } = await this.open(position);
    this.setUp(lag);
    while (!this.stopped) {
      const booked = await this.readOnce({ consumer, created, position });
      position = booked.position;
      if (booked.break) return booked.break;
    }
    return undefined;
  }

  /** Opens a consumer at the watermark, or at the stream's start when it is not the stream that was read. */
  private async open(
    position: StreamPosition,
  ): Promise<{ consumer: Consumer; created: string; lag: number }> {
    const { hubId, nats, events } = this.parts;
    const options = { domain: hubId, timeout: API_TIMEOUT_MS };
    const stream = subjects.txStream(hubId);
    const manager = await jetstreamManager(nats, { ...options, checkAPI: false });
    const info = await manager.streams.info(stream);
    const { created } = info;
    const isSame = position.streamCreated === created && position.streamSeq <= info.state.last_seq;
    if (!isSame && position.streamCreated !== null) events.streamReplaced(hubId);
    // the chain's own sequence skips what is booked
    const startSeq = isSame ? position.streamSeq + 1 : 1;
    const consumer = await jetstream(nats, options).consumers.get(stream, {
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: startSeq,
      inactive_threshold: CONSUMER_IDLE_MS,
    });
    return { consumer, created, lag: Math.max(0, info.state.last_seq - startSeq + 1) };
  }

  /** One long poll. Books whenever nothing more is on its way, so that an idle street's payment waits for nobody. */
  private async readOnce(at: {
    readonly consumer: Consumer;
    readonly created: string;
    readonly position: StreamPosition;
  }): Promise<{ position: StreamPosition; break: ChainBreak | undefined }> {
    let position = at.position;
    let pending: Delivery[] = [];
    const book = async (): Promise<ChainBreak | undefined> => {
      if (pending.length === 0) return undefined;
      const deliveries = pending;
      pending = [];
      const batch = await this.book({ from: position, streamCreated: at.created, deliveries });
      position = batch.position;
      return batch.break;
    };
    const messages = await at.consumer.fetch({
      max_messages: BATCH_MESSAGES,
      expires: FETCH_EXPIRES_MS,
      idle_heartbeat: HEARTBEAT_MS,
    });
    this.fetching = messages;
    let stalled = false;
    const guard = setTimeout(() => {
      stalled = true;
      messages.stop();
    }, FETCH_LIMIT_MS);
    try {
      for await (const message of messages) {
        this.seen(message.info.pending);
        pending.push({ streamSeq: message.seq, text: message.string() });
        if (message.info.pending > 0 && pending.length < BATCH_MESSAGES) continue;
        guard.refresh();
        const broken = await book();
        if (broken) return { position, break: broken };
      }
      const broken = await book();
      if (stalled) throw new Error('the stream does not answer');
      if (!this.stopped) this.seen(this.lag ?? 0);
      return { position, break: broken };
    } finally {
      clearTimeout(guard);
      messages.stop();
    }
  }

  private async book(batch: {
    readonly from: StreamPosition;
    readonly streamCreated: string;
    readonly deliveries: readonly Delivery[];
  }): Promise<BookedBatch> {
    const booked = await this.parts.booking.book({ ...batch, hubId: this.parts.hubId });
    if (booked.events.length > 0) this.halted = undefined;
    this.backoff.reset();
    this.parts.onBooked(booked);
    return booked;
  }

  private halt(broken: ChainBreak): void {
    if (this.halted?.seq === broken.seq && this.halted.code === broken.code) return;
    this.halted = { ...broken, sinceMs: this.parts.clock.now() };
    this.parts.events.chainBroken(this.parts.hubId, broken);
  }

  private seen(lag: number): void {
    this.lastSeenAtMs = this.parts.clock.now();
    this.lag = lag;
  }

  private setUp(lag: number): void {
    this.seen(lag);
    if (this.state === 'up') return;
    this.state = 'up';
    this.parts.events.hubUp(this.parts.hubId, lag);
  }

  private setDown(error: unknown): void {
    const wasUp = this.state === 'up';
    this.state = 'down';
    this.parts.events.intakeInterrupted(this.parts.hubId, { error, wasUp });
  }

  private async pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.ending.signal }).catch(() => {});
  }
}
