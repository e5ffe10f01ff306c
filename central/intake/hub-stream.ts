import {
  type Consumer,
  type ConsumerMessages,
  DeliverPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
  type StreamInfo,
} from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { subjects } from '../../shared/contracts/subjects.ts';
import type { StreamSettings } from '../env.ts';
import type { Delivery } from './hub-chain.ts';

export interface StreamMessage extends Delivery {
  /** How many more are on their way. */
  readonly pending: number;
}

/** A hub's stream, as the intake reads it across the link. */
export interface HubStream {
  /** Which stream it is (a new one has another time of creation), and what it has. @throws where it does not answer */
  info(): Promise<StreamFacts>;
  /** Reads from a sequence on, in order. @throws where it does not answer */
  read(fromSeq: number): Promise<StreamReading>;
}

export interface StreamFacts {
  readonly created: string;
  /** The first sequence that it still has; the next one where it is empty. */
  readonly firstSeq: number;
  readonly lastSeq: number;
}

export interface StreamReading {
  /** One long poll: what comes, as it comes; it ends after a while. @throws where the stream does not answer */
  poll(): AsyncIterable<StreamMessage>;
  /** Ends the poll under way. */
  stop(): void;
}

/** A long poll; messages come as they are made, so this only bounds how often an idle hub is asked. */
const FETCH_EXPIRES_MS = 2_000;
const HEARTBEAT_MS = 500;
/** The client's own recovery of an ordered consumer backs off for long: past this silence we start over. */
const FETCH_LIMIT_MS = FETCH_EXPIRES_MS + 1_500;
const API_TIMEOUT_MS = 1_500;
/** A stream of several copies is there when its servers have chosen a leader. */
const MAKE_TIMEOUT_MS = 5_000;
const CONSUMER_IDLE_MS = 30_000;
const NANOS_PER_MS = 1_000_000;
/** Within this a second publication of the same event is dropped by JetStream; intake drops it whenever it comes. */
const DUPLICATE_WINDOW_MS = 120_000;

/** One hub's stream, as central reads it: across the link in the hub's own domain, or at central's servers. */
export class JetStreamHubStream implements HubStream {
  private readonly parts: {
    readonly hubId: string;
    readonly nats: NatsConnection;
    readonly settings: StreamSettings;
    /** The most messages of one poll. */
    readonly batch: number;
  };
  private reading: ConsumerReading | undefined;

  constructor(parts: JetStreamHubStream['parts']) {
    this.parts = parts;
  }

  /** One that central keeps is made when it is not there. */
  async info(): Promise<StreamFacts> {
    const manager = await this.manager(API_TIMEOUT_MS);
    const { created, state } = await manager.streams.info(this.name).catch(async (error) => {
      if (this.parts.settings.at === 'hub' || !isNotFound(error)) throw error;
      return this.make(this.parts.settings);
    });
    return { created, firstSeq: state.first_seq, lastSeq: state.last_seq };
  }

  /**
   * An ordered consumer, which acks nothing. The one before goes: the server would keep it until it has been idle for long,
   * and a link that flaps would use up as many as central may have.
   */
  async read(fromSeq: number): Promise<StreamReading> {
    this.reading?.discard();
    this.reading = undefined;
    const { consumers } = jetstream(this.parts.nats, this.options(API_TIMEOUT_MS));
    const consumer = await consumers.get(this.name, {
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: fromSeq,
      inactive_threshold: CONSUMER_IDLE_MS,
    });
    this.reading = new ConsumerReading(consumer, this.parts.batch);
    return this.reading;
  }

  private async make(settings: Extract<StreamSettings, { at: 'central' }>): Promise<StreamInfo> {
    const manager = await this.manager(MAKE_TIMEOUT_MS);
    return manager.streams.add({
      name: this.name,
      subjects: [subjects.txEvents(this.parts.hubId)],
      storage: 'file',
      retention: 'limits',
      discard: 'old',
      num_replicas: settings.replicas,
      max_bytes: settings.maxBytes,
      max_age: settings.maxAgeMs * NANOS_PER_MS,
      duplicate_window: DUPLICATE_WINDOW_MS * NANOS_PER_MS,
    });
  }

  private manager(timeout: number): Promise<JetStreamManager> {
    return jetstreamManager(this.parts.nats, { ...this.options(timeout), checkAPI: false });
  }

  private options(timeout: number): { readonly domain?: string; readonly timeout: number } {
    const { hubId, settings } = this.parts;
    return settings.at === 'hub' ? { domain: hubId, timeout } : { timeout };
  }

  private get name(): string {
    return subjects.txStream(this.parts.hubId);
  }
}

class ConsumerReading implements StreamReading {
  private readonly consumer: Consumer;
  private readonly batch: number;
  private fetching: ConsumerMessages | undefined;

  constructor(consumer: Consumer, batch: number) {
    this.consumer = consumer;
    this.batch = batch;
  }

  stop(): void {
    this.fetching?.stop();
  }

  /** Nobody waits for it: where the server does not hear of it, its own limit ends the consumer. */
  discard(): void {
    this.consumer.delete().catch(() => undefined);
  }

  async *poll(): AsyncGenerator<StreamMessage> {
    const messages = await this.consumer.fetch({
      max_messages: this.batch,
      expires: FETCH_EXPIRES_MS,
      idle_heartbeat: HEARTBEAT_MS,
    });
    this.fetching = messages;
    let stalled = false;
    const guard = (): NodeJS.Timeout =>
      setTimeout(() => {
        stalled = true;
        messages.stop();
      }, FETCH_LIMIT_MS);
    let guarding = guard();
    try {
      for await (const message of messages) {
        // the reader's own work does not count as silence
        clearTimeout(guarding);
        yield { streamSeq: message.seq, text: message.string(), pending: message.info.pending };
        guarding = guard();
      }
      if (stalled) throw new Error('the stream does not answer');
    } finally {
      clearTimeout(guarding);
      messages.stop();
    }
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound;
}
