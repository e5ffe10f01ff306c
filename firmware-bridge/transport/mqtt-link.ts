import { Socket } from 'node:net';
import { connect, type MqttClient } from 'mqtt';
import { topics } from '../../shared/contracts/subjects.ts';
import { Backoff } from '../../shared/kernel/backoff.ts';
import type { Logger } from '../../shared/kernel/logger.ts';

export interface TlsMaterial {
  /** PEM texts: the operator's CA, this terminal's certificate (CN = terminal id) and its key. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

export interface MqttLinkOptions {
  /** `mqtts://host:port` of the hub. */
  readonly url: string;
  readonly terminalId: string;
  readonly tls: TlsMaterial;
  readonly logger: Logger;
  /** In [0, 1); spreads the terminals' reconnects after a hub's restart. */
  readonly random: () => number;
  /** How long one attempt to connect and subscribe may take, ms. */
  readonly connectMs: number;
  /** Longest wait between two attempts, ms. */
  readonly maxBackoffMs: number;
}

interface LinkEvents {
  readonly onMessage: (payload: Uint8Array) => void;
  readonly onUp: () => void;
  readonly onDown: () => void;
}

/** The hub can't be reached, or refuses this terminal (certificate, revocation). */
export class LinkError extends Error {
  override readonly name = 'LinkError';
}

/**
 * The terminal's MQTT connection: mutual TLS, one attempt after another with back-off and jitter.
 *
 * Nothing is queued across connections: requests carry their own ids and replies, and who asks decides
 * whether to send again. Presence is a retained message with a last will.
 */
export class MqttLink {
  private readonly options: MqttLinkOptions;
  private readonly events: LinkEvents;
  private readonly backoff: Backoff;
  private client: MqttClient | undefined;
  private retry: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(options: MqttLinkOptions, events: LinkEvents) {
    this.options = options;
    this.events = events;
    this.backoff = new Backoff({
      firstMs: 100,
      maxMs: options.maxBackoffMs,
      random: options.random,
    });
  }

  get isUp(): boolean {
    return this.client?.connected === true;
  }

  /**
   * Connects for the first time; from then on the link comes back by itself.
   *
   * @throws LinkError when the first attempt fails
   */
  async start(): Promise<void> {
    await this.attempt();
  }

  /** Sends a request; false when the link is down, and then nothing was sent. */
  send(payload: Uint8Array): boolean {
    const { client } = this;
    if (!client?.connected) return false;
    client.publish(topics.request(this.options.terminalId), Buffer.from(payload), { qos: 1 });
    return true;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.retry);
    const { client } = this;
    this.client = undefined;
    if (!client) return;
    if (client.connected) {
      const status = topics.status(this.options.terminalId);
      // The hub may go at the same moment: presence is a courtesy, closing must not wait for it.
      await Promise.race([
        client.publishAsync(status, 'offline', { qos: 1, retain: true }).catch(() => undefined),
        new Promise((resolve) => setTimeout(resolve, 500).unref()),
      ]);
    }
    await client.endAsync(true).catch(() => undefined);
  }

  private async attempt(): Promise<void> {
    const client = this.newClient();
    try {
      await this.becomeUp(client);
    } catch (cause) {
      await client.endAsync(true).catch(() => undefined);
      throw new LinkError(`no connection to the hub: ${reasonOf(cause)}`, { cause });
    }
    if (this.stopped) {
      await client.endAsync(true).catch(() => undefined);
      throw new LinkError('no connection to the hub: stopped');
    }
    this.client = client;
    this.backoff.reset();
    client.once('close', () => this.onClose(client));
    this.events.onUp();
    if (!client.connected) this.onClose(client);
  }

  private newClient(): MqttClient {
    const { url, terminalId, tls, connectMs } = this.options;
    return connect(url, {
      ...tls,
      clientId: terminalId,
      clean: true,
      reconnectPeriod: 0,
      connectTimeout: connectMs,
      keepalive: 20,
      queueQoSZero: false,
      will: {
        topic: topics.status(terminalId),
        payload: Buffer.from('offline'),
        qos: 1,
        retain: true,
      },
    });
  }

  private becomeUp(client: MqttClient): Promise<void> {
    const { terminalId, connectMs } = this.options;
    return new Promise<void>((resolve, reject) => {
      let lastError: unknown;
      const timer = setTimeout(() => reject(new LinkError('timed out')), connectMs);
      client.on('error', (error) => {
        lastError = error;
        this.options.logger.debug({ reason: error.message }, 'link error');
      });
      client.on('message', (_topic, payload) => this.events.onMessage(payload));
      client.once('close', () => reject(lastError ?? new LinkError('closed by the hub')));
      client.once('connect', () => {
        // Nagle's algorithm together with delayed ACKs adds 40 ms to every probe.
        if (client.stream instanceof Socket) client.stream.setNoDelay(true);
        client
          .subscribeAsync(topics.reply(terminalId), { qos: 1 })
          .then(() =>
            client.publishAsync(topics.status(terminalId), 'online', { qos: 1, retain: true }),
          )
          .then(() => resolve(), reject)
          .finally(() => clearTimeout(timer));
      });
    });
  }

  private onClose(client: MqttClient): void {
    if (this.client !== client) return;
    this.client = undefined;
    client.end(true);
    this.events.onDown();
    if (!this.stopped) this.scheduleRetry();
  }

  private scheduleRetry(): void {
    this.retry = setTimeout(() => {
      this.attempt().catch((error: unknown) => {
        if (this.stopped) return;
        this.options.logger.info({ reason: reasonOf(error) }, 'hub not reachable, will try again');
        this.scheduleRetry();
      });
    }, this.backoff.nextMs());
  }
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : 'unknown';
}
