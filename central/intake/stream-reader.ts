import { present } from '../../shared/kernel/assert.ts';
import { Backoff } from '../../shared/kernel/backoff.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import type { Stoppable } from '../../shared/kernel/lifecycle.ts';
import { pause, type Timers } from '../../shared/kernel/timers.ts';
import type { CentralEvents } from '../events.ts';
import type { ChainBreak, Delivery } from './hub-chain.ts';
import type { HubStream, StreamReading } from './hub-stream.ts';
import type { BookedBatch, IntakeBooking } from './intake-booking.ts';
import type { StreamPosition } from './intake-store.ts';

export interface ReaderParts {
  readonly hubId: string;
  readonly stream: HubStream;
  readonly booking: IntakeBooking;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: () => number;
  readonly events: CentralEvents;
  /** Called after each commit. */
  readonly onBooked: (batch: BookedBatch) => void;
  readonly pace?: ReaderPace;
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
export const BATCH_MESSAGES = 500;

/** How long is waited before another try. */
export interface ReaderPace {
  /** After a failure, with back-off. */
  readonly firstMs: number;
  readonly maxMs: number;
  /** Where the chain does not go on. */
  readonly haltedMs: number;
}

const PACE: ReaderPace = { firstMs: 100, maxMs: 800, haltedMs: 5_000 };

/**
 * Reads one hub's stream from where PostgreSQL says. The consumer is ordered and acks
 * nothing: the watermark, which commits with the books, is the only memory of what was read. So a crash
 * at any moment reads again exactly what was not booked.
 */
export class StreamReader implements Stoppable {
  readonly name: string;
  private readonly parts: ReaderParts;
  private readonly pace: ReaderPace;
  private readonly ending = new AbortController();
  private readonly backoff: Backoff;
  private running: Promise<void> = Promise.resolve();
  private reading: StreamReading | undefined;
  private state: 'up' | 'down' = 'down';
  private lastSeenAtMs: number | undefined;
  private lag: number | undefined;
  private halted: ReaderStatus['halted'];

  constructor(parts: ReaderParts) {
    this.parts = parts;
    this.name = `intake of ${parts.hubId}`;
    this.pace = parts.pace ?? PACE;
    this.backoff = new Backoff({ ...this.pace, random: parts.random });
  }

  start(): void {
    this.running = this.run();
  }

  /** Finishes the batch in hand. */
  async stop(): Promise<void> {
    this.ending.abort();
    this.reading?.stop();
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
          await this.pause(this.pace.haltedMs);
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
    const { created, lag, reading } = await this.open(position);
    this.reading = reading;
    this.setUp(lag);
    while (!this.stopped) {
      const booked = await this.readOnce({ reading, created, position });
      position = booked.position;
      if (booked.break) return booked.break;
    }
    return undefined;
  }

  /** Opens the stream at the watermark, or at its start when it is not the stream that was read. */
  private async open(
    position: StreamPosition,
  ): Promise<{ reading: StreamReading; created: string; lag: number }> {
    const { hubId, stream, events } = this.parts;
    const { created, lastSeq } = await stream.info();
    const isSame = position.streamCreated === created && position.streamSeq <= lastSeq;
    if (!isSame && position.streamCreated !== null) events.streamReplaced(hubId);
    // the chain's own sequence skips what is booked
    const startSeq = isSame ? position.streamSeq + 1 : 1;
    const reading = await stream.read(startSeq);
    return { reading, created, lag: Math.max(0, lastSeq - startSeq + 1) };
  }

  /** One long poll. Books whenever nothing more is on its way, so that an idle street's payment waits for nobody. */
  private async readOnce(at: {
    readonly reading: StreamReading;
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
    for await (const { streamSeq, text, pending: coming } of at.reading.poll()) {
      this.seen(coming);
      pending.push({ streamSeq, text });
      if (coming > 0 && pending.length < BATCH_MESSAGES) continue;
      const broken = await book();
      if (broken) return { position, break: broken };
    }
    const broken = await book();
    if (!this.stopped) this.seen(this.lag ?? 0);
    return { position, break: broken };
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

  private pause(ms: number): Promise<void> {
    return pause(this.parts.timers, ms, this.ending.signal);
  }
}
