import type { HubStream, StreamMessage, StreamReading } from '../../central/intake/hub-stream.ts';
import type { EventMessage, EventStream } from '../../edge-hub/outbox/event-stream.ts';
import { pause } from '../../shared/kernel/timers.ts';
import type { Line } from './wan.ts';
import type { Machine, SimProcess } from './world.ts';

/** JetStream forgets ids after this; see `event-stream.ts`. */
const DUPLICATE_WINDOW_MS = 120_000;
const PUBLISH_TIMEOUT_MS = 2_000;
const API_TIMEOUT_MS = 1_500;
const SILENCE_LIMIT_MS = 3_500;
/** Far longer than in operation, where an idle hub is asked every two seconds. */
const POLL_MS = 1_800_000;
/** What comes within it is read together, so that a day is cheap. */
const GATHERED_MS = 20_000;
const BATCH = 500;
/** So many acknowledged messages a power cut takes back. */
const MOST_LOST = 10;

interface Kept {
  readonly streamSeq: number;
  readonly id: string;
  readonly text: string;
  readonly atMs: number;
}

class StreamSilentError extends Error {
  override readonly name = 'StreamSilentError';
}

/** What can go wrong with a hub's stream, besides the line. */
export interface StreamState {
  readonly isUp: boolean;
  /** Share of publications that are taken while the answer gets lost. */
  readonly unansweredShare: number;
  /** Share of publications that get lost. */
  readonly lostShare: number;
}

export const GOOD_STREAM: StreamState = { isUp: true, unansweredShare: 0, lostShare: 0 };

/**
 * A hub's stream on its nats-server: at least once, in order, ids remembered for two minutes and not over a restart. JetStream
 * acknowledges before it flushes, so a power cut takes acknowledged messages back.
 */
export class SimStream {
  private readonly machine: Machine;
  private kept: Kept[] = [];
  /** How often it was made. */
  private edition = 1;
  /** How often its server was started: readings end with it. */
  private run = 1;
  private isPowered = true;
  private remembered = new Map<string, number>();
  private wakers: (() => void)[] = [];
  private current: StreamState = GOOD_STREAM;

  constructor(machine: Machine) {
    this.machine = machine;
  }

  set state(state: StreamState) {
    if (!this.current.isUp && state.isUp) this.restart();
    this.current = state;
  }

  /** @returns how many acknowledged messages are gone */
  cutPower(): number {
    const { random } = this.machine;
    this.isPowered = false;
    const lost = Math.min(this.kept.length, random.below(MOST_LOST + 1));
    this.kept = this.kept.slice(0, this.kept.length - lost);
    return lost;
  }

  /** After a power cut, with the machine. */
  powerOn(): void {
    if (this.isPowered) return;
    this.isPowered = true;
    this.restart();
  }

  /** Its files are gone, and it is made anew, empty. @returns how many messages are gone */
  lose(): number {
    const lost = this.kept.length;
    this.kept = [];
    this.edition += 1;
    this.restart();
    return lost;
  }

  private get isUp(): boolean {
    return this.current.isUp && this.isPowered;
  }

  /** A nats-server that was away has forgotten which ids it has seen, and who was reading. */
  private restart(): void {
    this.run += 1;
    this.remembered = new Map();
    this.wake();
  }

  /** The hub's side. */
  writerOf(process: SimProcess): EventStream {
    const { random } = this.machine;
    return {
      ensure: async () => {
        await pause(process, 1);
        if (!this.isUp) throw new StreamSilentError('no stream');
      },
      publish: async (event) => {
        const { lostShare, unansweredShare } = this.current;
        await pause(process, random.between(0.2, 2));
        const taken = this.isUp && random.next() >= lostShare;
        if (taken) this.take(event);
        if (taken && random.next() >= unansweredShare) return;
        await pause(process, PUBLISH_TIMEOUT_MS);
        throw new StreamSilentError('not answered');
      },
    };
  }

  /** Central's side, over the hub's line. */
  readerOf(process: SimProcess, line: Line): HubStream {
    const reached = async (): Promise<void> => {
      if (!line.isWhole || !this.isUp) {
        await pause(process, API_TIMEOUT_MS);
        throw new StreamSilentError('not reached');
      }
      await pause(process, line.delay());
    };
    return {
      info: async () => {
        await reached();
        const created = `${this.edition} of ${this.machine.name}`;
        return { created, firstSeq: 1, lastSeq: this.kept.length };
      },
      read: async (fromSeq) => {
        await reached();
        return this.readingFrom(fromSeq, process, line);
      },
    };
  }

  private take({ id, text }: EventMessage): void {
    const { scheduler } = this.machine.world;
    const seenAt = this.remembered.get(id);
    if (seenAt !== undefined && scheduler.now - seenAt < DUPLICATE_WINDOW_MS) return;
    this.remembered.set(id, scheduler.now);
    const streamSeq = this.kept.length + 1;
    this.kept.push({ streamSeq, id, text, atMs: scheduler.now });
    this.machine.world.note('stream', this.machine.name, streamSeq, id);
    this.wake();
  }

  private wake(): void {
    const { wakers } = this;
    this.wakers = [];
    for (const wake of wakers) wake();
  }

  private readingFrom(fromSeq: number, process: SimProcess, line: Line): StreamReading {
    let next = fromSeq;
    const stopping = new AbortController();
    const { run } = this;
    const isBroken = (): boolean => !line.isWhole || !this.isUp || this.run !== run;
    const poll = async function* (stream: SimStream): AsyncGenerator<StreamMessage> {
      const endMs = process.monotonic() + POLL_MS;
      while (!stopping.signal.aborted && process.monotonic() < endMs) {
        if (isBroken()) {
          await pause(process, SILENCE_LIMIT_MS);
          throw new StreamSilentError('silent');
        }
        if (stream.kept.length < next) {
          await stream.moreOr(process, endMs - process.monotonic());
          continue;
        }
        await pause(process, line.delay() + stream.machine.random.between(0, GATHERED_MS));
        if (isBroken()) continue;
        const batch = stream.kept.slice(next - 1, next - 1 + BATCH);
        for (const [at, { streamSeq, text }] of batch.entries()) {
          next = streamSeq + 1;
          yield { streamSeq, text, pending: batch.length - at - 1 };
        }
        return;
      }
    };
    return {
      poll: () => poll(this),
      stop: () => {
        stopping.abort();
      },
    };
  }

  private moreOr(process: SimProcess, ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        cancel();
        resolve();
      };
      const cancel = process.after(ms, end);
      this.wakers.push(() => {
        process.after(0, end);
      });
    });
  }
}
