import {
  type Consumer,
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

const API_TIMEOUT_MS = 1_500;
/** A stream of several copies is there when its servers have chosen a leader. */
const MAKE_TIMEOUT_MS = 5_000;
const CONSUMER_IDLE_MS = 30_000;
const NANOS_PER_MS = 1_000_000;
/** Within this a second publication of the same event is dropped by JetStream; intake drops it whenever it comes. */
const DUPLICATE_WINDOW_MS = 120_000;

/** One hub's stream, as central reads it: across the link in the hub's own domain, or at central's servers. */
export class HubStream {
  private readonly parts: {
    readonly hubId: string;
    readonly nats: NatsConnection;
    readonly settings: StreamSettings;
  };

  constructor(parts: HubStream['parts']) {
    this.parts = parts;
  }

  /**
   * Which stream it is (a new one has another time of creation), and its last sequence. One that central keeps is made
   * when it is not there.
   */
  async look(): Promise<{ readonly created: string; readonly lastSeq: number }> {
    const manager = await this.manager(API_TIMEOUT_MS);
    const { created, state } = await manager.streams.info(this.name).catch(async (error) => {
      if (this.parts.settings.at === 'hub' || !isNotFound(error)) throw error;
      return this.make(this.parts.settings);
    });
    return { created, lastSeq: state.last_seq };
  }

  /** An ordered consumer, which acks nothing. */
  consumerFrom(startSeq: number): Promise<Consumer> {
    return jetstream(this.parts.nats, this.options(API_TIMEOUT_MS)).consumers.get(this.name, {
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: startSeq,
      inactive_threshold: CONSUMER_IDLE_MS,
    });
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

function isNotFound(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound;
}
