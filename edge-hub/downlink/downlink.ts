import {
  downlinkAnswerSchema,
  downlinkErrorSchema,
} from '../../shared/contracts/downlink-messages.ts';
import { DOWNLINK_VERSIONS } from '../../shared/contracts/protocol-version.ts';
import { subjects } from '../../shared/contracts/subjects.ts';
import { Backoff } from '../../shared/kernel/backoff.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import type { Logger } from '../../shared/kernel/logger.ts';
import type { MessageLink } from '../../shared/kernel/message-link.ts';
import type { Timers } from '../../shared/kernel/timers.ts';
import type { DownlinkApplier } from './downlink-applier.ts';
import type { DownlinkStore } from './downlink-store.ts';

export interface DownlinkParts {
  readonly hubId: string;
  readonly store: DownlinkStore;
  readonly applier: DownlinkApplier;
  /** Told when central has answered, and when it did not. */
  readonly contact: { heard(): void; lost(): void };
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: () => number;
  readonly logger: Logger;
  /** How often central is asked without a nudge; waits after failures are no longer. */
  readonly pollMs?: number;
}

/** What is used of the connection to the hub's own nats-server. */
type Link = Pick<MessageLink, 'request' | 'subscribe'>;

export interface LinkState {
  readonly central: 'up' | 'down';
  /** RFC 3339. */
  readonly since: string;
}

const POLL_MS = 5_000;
const PULL_TIMEOUT_MS = 3_000;
const LIMIT = 100;

/** Asks central for what is new: at a nudge, every 5 s, and after a failure with back-off. */
export class Downlink {
  private readonly parts: DownlinkParts;
  private readonly backoff: Backoff;
  private state: LinkState;
  private readonly pollMs: number;
  private cancelTimer: () => void = () => undefined;
  private pulling: Promise<void> | undefined;
  private again = false;
  private stopped = false;
  private connection: Link | undefined;

  constructor(parts: DownlinkParts) {
    this.parts = parts;
    this.pollMs = parts.pollMs ?? POLL_MS;
    this.backoff = new Backoff({ firstMs: 500, maxMs: this.pollMs, random: parts.random });
    this.state = { central: 'down', since: new Date(parts.clock.now()).toISOString() };
  }

  get link(): LinkState {
    return this.state;
  }

  /** Starts on a connection to the hub's own nats-server, which keeps itself up. */
  start(connection: Link): void {
    this.connection = connection;
    connection.subscribe(subjects.downlinkNudge(this.parts.hubId), {
      callback: () => {
        this.pullSoon();
      },
    });
    this.pullSoon();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.cancelTimer();
    await this.pulling;
  }

  private pullSoon(): void {
    if (this.stopped) return;
    if (this.pulling) {
      this.again = true;
      return;
    }
    this.cancelTimer();
    this.pulling = this.pull().finally(() => {
      this.pulling = undefined;
      if (this.again) {
        this.again = false;
        this.pullSoon();
      }
    });
  }

  private async pull(): Promise<void> {
    let waitMs = this.pollMs;
    try {
      while (!this.stopped && (await this.pullPage())) {
        // there may be more
      }
      this.backoff.reset();
      this.see('up');
      this.parts.contact.heard();
    } catch (error) {
      waitMs = this.backoff.nextMs();
      const isDown = this.state.central === 'down';
      this.see('down');
      this.parts.contact.lost();
      this.parts.logger[isDown ? 'debug' : 'warn'](
        { module: 'downlink', err: error },
        'central did not answer',
      );
    }
    if (this.stopped) return;
    this.cancelTimer = this.parts.timers.after(waitMs, () => {
      this.pullSoon();
    });
  }

  /** One question; true when the next one should follow at once. */
  private async pullPage(): Promise<boolean> {
    const { hubId, store, applier } = this.parts;
    if (!this.connection) return false;
    const afterSeq = store.watermark();
    const question = JSON.stringify({ version: DOWNLINK_VERSIONS.at(-1), afterSeq, limit: LIMIT });
    const reply = await this.connection.request(subjects.downlinkPull(hubId), question, {
      timeout: PULL_TIMEOUT_MS,
    });
    const answer = reply.json();
    const refused = downlinkErrorSchema.safeParse(answer);
    if (refused.success) throw new DownlinkRefusedError(refused.data.error);
    const { messages, headSeq } = downlinkAnswerSchema.parse(answer);
    this.see('up');
    if (headSeq < afterSeq) throw new DownlinkRefusedError('central is behind this hub');
    for (const message of messages) await applier.apply(message);
    return messages.length > 0;
  }

  private see(central: LinkState['central']): void {
    if (this.state.central === central) return;
    this.state = { central, since: new Date(this.parts.clock.now()).toISOString() };
    this.parts.logger.info({ module: 'downlink', central }, 'the link to central has changed');
  }
}

/** Central answered, but with no messages. */
export class DownlinkRefusedError extends Error {
  override readonly name = 'DownlinkRefusedError';
}
