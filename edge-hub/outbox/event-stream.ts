import {
  JetStreamApiError,
  type JetStreamClient,
  jetstream,
  jetstreamManager,
} from '@nats-io/jetstream';
import { errors, type NatsConnection } from '@nats-io/transport-node';
import { subjects } from '../../shared/contracts/subjects.ts';

/** What is published of an event. */
export interface EventMessage {
  readonly id: string;
  readonly type: string;
  readonly text: string;
}

/** The stream will never take this event, however often it is sent: it is too large for it or its server. */
export class EventRefusedError extends Error {
  override readonly name = 'EventRefusedError';
}

/** A hub's own stream, as the relay writes to it. */
export interface EventStream {
  /** Makes the stream where it is the hub's own and not there. @throws where it cannot be reached */
  ensure(): Promise<void>;
  /**
   * Resolves when the stream has taken the event.
   *
   * @throws EventRefusedError, and others where it is not known in time: it may have taken it
   */
  publish(event: EventMessage): Promise<void>;
}

/** At its own nats-server the hub makes the stream; at central's, central does. */
export interface StreamPlace {
  readonly at: 'hub' | 'central';
  readonly maxBytes: number;
  readonly maxAgeMs: number;
}

const TIMEOUT_MS = 2_000;
const NANOS_PER_MS = 1_000_000;
/** Within this a second publication of the same event is dropped by JetStream; central drops it whenever it comes. */
const DUPLICATE_WINDOW_MS = 120_000;

/** The stream on the hub's own nats-server, or at central's. */
export class JetStreamEvents implements EventStream {
  private readonly connection: NatsConnection;
  private readonly hubId: string;
  private readonly place: StreamPlace;
  private readonly client: JetStreamClient;

  constructor(connection: NatsConnection, hubId: string, place: StreamPlace) {
    this.connection = connection;
    this.hubId = hubId;
    this.place = place;
    this.client = jetstream(connection, { timeout: TIMEOUT_MS });
  }

  async ensure(): Promise<void> {
    const { connection, hubId, place } = this;
    if (place.at === 'central') return;
    const name = subjects.txStream(hubId);
    const manager = await jetstreamManager(connection, { timeout: TIMEOUT_MS });
    const exists = await manager.streams.info(name).then(
      () => true,
      () => false,
    );
    if (exists) return;
    await manager.streams.add({
      name,
      storage: 'file',
      retention: 'limits',
      discard: 'old',
      subjects: [subjects.txEvents(hubId)],
      max_bytes: place.maxBytes,
      max_age: place.maxAgeMs * NANOS_PER_MS,
      duplicate_window: DUPLICATE_WINDOW_MS * NANOS_PER_MS,
    });
  }

  async publish({ id, type, text }: EventMessage): Promise<void> {
    const subject = subjects.txEvent(this.hubId, type);
    try {
      await this.client.publish(subject, text, { msgID: id, timeout: TIMEOUT_MS });
    } catch (cause) {
      if (isRefusal(cause)) throw new EventRefusedError(`event ${id}`, { cause });
      throw cause;
    }
  }
}

/** What JetStream answers to more than a stream's `max_msg_size`; more than a server's `max_payload` is not sent at all. */
const MESSAGE_TOO_LARGE = 10_054;

function isRefusal(error: unknown): boolean {
  if (error instanceof JetStreamApiError) return error.code === MESSAGE_TOO_LARGE;
  return error instanceof errors.InvalidArgumentError;
}
