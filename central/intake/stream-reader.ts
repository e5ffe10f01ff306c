import { MAX_CHAIN_PAGE } from '../../shared/contracts/chain-messages.ts';
import { present } from '../../shared/kernel/assert.ts';
import { Backoff } from '../../shared/kernel/backoff.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import type { Stoppable } from '../../shared/kernel/lifecycle.ts';
import { pause, type Timers } from '../../shared/kernel/timers.ts';
import type { CentralEvents } from '../events.ts';
import { type ChainBreak, type ReadDelivery, readDelivery } from './hub-chain.ts';
import type { HubStream, StreamReading } from './hub-stream.ts';
import { type BookedBatch, type IntakeBooking, OwnershipLostError } from './intake-booking.ts';
import type { StreamPosition } from './intake-store.ts';
import type { Claim } from './owner-store.ts';
import type { Resync, Unbooked } from './resync.ts';

export interface ReaderParts {
  readonly hubId: string;
  readonly stream: HubStream;
  readonly booking: IntakeBooking;
  /** Undefined: nobody can be asked for what the stream has lost, and a gap halts the intake. */
  readonly resync?: Pick<Resync, 'ask' | 'run' | 'unbooked'>;
  /** So long a hub stays with a central that is not heard of. */
  readonly leaseMs?: number;
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
const BATCH_MESSAGES = 2_000;
/** Of one poll: while a batch of a backlog is booked, the next ones come. */
export const POLL_MESSAGES = 4 * BATCH_MESSAGES;

/** How long is waited before another try. */
export interface ReaderPace {
  /** After a failure, with back-off. */
  readonly firstMs: number;
  readonly maxMs: number;
  /** Where the chain does not go on. */
  readonly haltedMs: number;
}

const LEASE_MS = 10_000;
/** A central that does not own a hub looks again after this. */
const STANDBY_MS = 1_000;
/** Breaks by which a hub's chain is not the one that is booked. */
const OTHER_STORY: ReadonlySet<ChainBreak['code']> = new Set(['fork', 'prev_hash_mismatch']);
/** By this factor more of a hub's ledger is read each time. */
const LOOK_BACK_GROWTH = 4;
/** How often an idle hub is asked whether its stream has lost the tail. */
const TAIL_CHECK_MS = 30_000;
const NOTHING: Unbooked = { is: 'nothing' };

/** A stream as it was opened for reading. */
interface OpenStream {
  readonly reading: StreamReading;
  readonly created: string;
  readonly lag: number;
  readonly position: StreamPosition;
  /** It does not have everything after the watermark. */
  readonly isIncomplete: boolean;
}

interface Fetched {
  readonly position: StreamPosition;
  readonly break: ChainBreak | undefined;
}

const PACE: ReaderPace = { firstMs: 100, maxMs: 800, haltedMs: 5_000 };

/**
 * Reads one hub's stream from where PostgreSQL says, while this central owns the hub. The consumer is ordered and acks
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
  private claim: Claim | undefined;
  private claimedAtMs = -Infinity;
  private tailCheckedAtMs = -Infinity;
  private resyncPausedUntilMs = -Infinity;

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
    // where PostgreSQL is gone, so is the lease soon
    if (this.claim) await this.parts.booking.release(this.parts.hubId).catch(() => {});
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
        if (!(await this.own())) {
          this.standBy();
          await this.pause(STANDBY_MS);
          continue;
        }
        const broken = await this.follow();
        if (broken) {
          this.halt(broken);
          await this.pause(this.pace.haltedMs);
        }
      } catch (error) {
        if (error instanceof OwnershipLostError) this.claim = undefined;
        if (!this.stopped) this.setDown(error);
        await this.pause(this.backoff.nextMs());
      }
    }
  }

  /** Whether this central may read the hub; kept for as long as the lease and not asked for again before a third of it. */
  private async own(): Promise<boolean> {
    const { booking, hubId, leaseMs = LEASE_MS, clock } = this.parts;
    const now = clock.monotonic();
    if (this.claim && now - this.claimedAtMs < leaseMs / 3) return true;
    this.claim = await booking.claim(hubId, leaseMs);
    this.claimedAtMs = now;
    return this.claim !== undefined;
  }

  /** @throws OwnershipLostError */
  private async owned(): Promise<Claim> {
    if ((await this.own()) && this.claim) return this.claim;
    throw new OwnershipLostError(this.parts.hubId);
  }

  /** Reads until told to stop, the link or the ownership fails (throws) or the chain breaks (returns the break). */
  private async follow(): Promise<ChainBreak | undefined> {
    const { hubId, booking, resync } = this.parts;
    const opened = await this.open(present(await booking.position(hubId), `watermark of ${hubId}`));
    const { reading, created } = opened;
    let { position, isIncomplete: isDue } = opened;
    this.reading = reading;
    this.setUp(opened.lag);
    if (isDue) await resync?.ask('stream_lost', position);
    while (!this.stopped) {
      const { resyncDue } = await this.owned();
      const isAsked = isDue || (resyncDue && !this.isResyncPaused());
      const unbooked = isAsked ? NOTHING : await this.lookAtTail(position);
      if (unbooked.is === 'other_story') {
        const { lastSeq: seq } = unbooked;
        return this.mend({ code: 'fork', seq, streamSeq: position.streamSeq }, position, created);
      }
      if (isAsked || unbooked.is === 'next') {
        isDue = false;
        const fetched = await this.fetchFromLedger(position, created);
        if (fetched.break) return this.mend(fetched.break, fetched.position, created);
        position = fetched.position;
      }
      const booked = await this.readOnce({ reading, created, position });
      position = booked.position;
      if (booked.break) return this.mend(booked.break, position, created);
    }
    return undefined;
  }

  /** A hub whose process did not answer is not asked again at once: the stream is read meanwhile. */
  private isResyncPaused(): boolean {
    return this.parts.clock.monotonic() < this.resyncPausedUntilMs;
  }

  /**
   * Looks now and then, when nothing else comes, whether the hub's ledger has what the stream does not: its tail is lost, or
   * was told at places that were read before a power cut took them back. A hub whose process is down is asked later.
   */
  private async lookAtTail(position: StreamPosition): Promise<Unbooked> {
    const { resync, clock } = this.parts;
    const now = clock.monotonic();
    if (!resync || this.lag !== 0 || now - this.tailCheckedAtMs < TAIL_CHECK_MS) return NOTHING;
    this.tailCheckedAtMs = now;
    const unbooked = await resync.unbooked(position).catch(() => NOTHING);
    if (unbooked.is === 'next') await resync.ask('tail_lost', position);
    return unbooked;
  }

  /**
   * A gap is filled from the hub's ledger. Where the chain tells another story, the ledger is read from ever earlier on: the
   * hub may have been restored, and the event that says so may be lost from the stream.
   *
   * @returns the break where that was not possible
   */
  private async mend(
    broken: ChainBreak,
    from: StreamPosition,
    created: string,
  ): Promise<ChainBreak | undefined> {
    const { resync } = this.parts;
    const isMendable = broken.code === 'gap' || OTHER_STORY.has(broken.code);
    if (!isMendable || !resync) return broken;
    await resync.ask('gap', from);
    if (broken.code !== 'gap') return this.mendFork(broken, from, created);
    const fetched = await this.fetchFromLedger(from, created);
    if (fetched.break) {
      return OTHER_STORY.has(fetched.break.code)
        ? this.mendFork(fetched.break, fetched.position, created)
        : fetched.break;
    }
    const { seq, carried } = fetched.position.chain;
    return seq - carried >= broken.seq - 1 ? undefined : broken;
  }

  private async mendFork(
    broken: ChainBreak,
    from: StreamPosition,
    created: string,
  ): Promise<ChainBreak | undefined> {
    for (let back = MAX_CHAIN_PAGE; ; back *= LOOK_BACK_GROWTH) {
      const afterSeq = Math.max(0, broken.seq - 1 - back);
      const fetched = await this.fetchFromLedger(from, created, afterSeq);
      if (!fetched.break) return fetched.position.chain.seq > from.chain.seq ? undefined : broken;
      if (afterSeq === 0 || !OTHER_STORY.has(fetched.break.code)) return broken;
    }
  }

  private async fetchFromLedger(
    from: StreamPosition,
    streamCreated: string,
    afterSeq?: number,
  ): Promise<Fetched> {
    const { resync, clock, events, hubId, booking } = this.parts;
    if (!resync) return { position: from, break: undefined };
    try {
      return await resync.run(
        from,
        (at, deliveries) =>
          this.book({ from: at, streamCreated, deliveries: deliveries.map(readDelivery) }),
        afterSeq,
      );
    } catch (error) {
      if (error instanceof OwnershipLostError) throw error;
      this.resyncPausedUntilMs = clock.monotonic() + this.pace.haltedMs;
      events.resyncFailed(hubId, error);
      return { position: present(await booking.position(hubId), 'watermark'), break: undefined };
    } finally {
      // whether it is due still, the next claim says
      this.claimedAtMs = -Infinity;
    }
  }

  /** Opens the stream at the watermark, or at its start when it is not the stream that was read. */
  private async open(position: StreamPosition): Promise<OpenStream> {
    const { hubId, stream, events, booking } = this.parts;
    const { created, firstSeq, lastSeq } = await stream.info();
    const { fence } = await this.owned();
    const isSame = position.streamCreated === created && position.streamSeq <= lastSeq;
    const isReplaced = !isSame && position.streamCreated !== null;
    if (isReplaced) events.streamReplaced(hubId);
    // the chain's own sequence skips what is booked
    const startSeq = isSame ? position.streamSeq + 1 : 1;
    const reading = await stream.read(startSeq);
    return {
      reading,
      created,
      lag: Math.max(0, lastSeq - startSeq + 1),
      position: isSame ? position : await booking.enterStream(hubId, { fence, created }),
      isIncomplete: isReplaced || firstSeq > startSeq,
    };
  }

  /**
   * One long poll. Books whenever nothing more is on its way, so that an idle street's payment waits for nobody; while
   * PostgreSQL books a batch of a backlog the next one is read.
   */
  private async readOnce(at: {
    readonly reading: StreamReading;
    readonly created: string;
    readonly position: StreamPosition;
  }): Promise<Fetched> {
    let booked: Promise<Fetched> = Promise.resolve({ position: at.position, break: undefined });
    let pending: ReadDelivery[] = [];
    const bookAfter = (before: Fetched): Promise<Fetched> => {
      const deliveries = pending;
      pending = [];
      const next = this.book({ from: before.position, streamCreated: at.created, deliveries });
      // whoever waits for it hears of it later
      next.catch(() => undefined);
      return next;
    };
    try {
      for await (const { streamSeq, text, pending: coming } of at.reading.poll()) {
        this.seen(coming);
        pending.push(readDelivery({ streamSeq, text }));
        if (coming > 0 && pending.length < BATCH_MESSAGES) continue;
        const before = await booked;
        if (before.break) return before;
        booked = bookAfter(before);
        if (coming === 0 && (await booked).break) return await booked;
      }
      const before = await booked;
      if (pending.length > 0 && !before.break) booked = bookAfter(before);
      if (!this.stopped) this.seen(this.lag ?? 0);
      return await booked;
    } finally {
      // nothing is under way when somebody looks where the watermark is
      await booked.catch(() => undefined);
    }
  }

  private async book(batch: {
    readonly from: StreamPosition;
    readonly streamCreated: string;
    readonly deliveries: readonly ReadDelivery[];
  }): Promise<BookedBatch> {
    const { hubId, booking } = this.parts;
    const { fence } = await this.owned();
    const booked = await booking.book({ ...batch, hubId, fence });
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

  /** Another central reads the hub and renews its lease as long as it can. */
  private standBy(): void {
    this.halted = undefined;
    this.state = 'up';
    this.lastSeenAtMs = this.parts.clock.now();
    this.lag = undefined;
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
