import type { z } from 'zod';
import {
  type downlinkErrorSchema,
  downlinkPullSchema,
  MAX_DOWNLINK_BYTES,
} from '../../shared/contracts/downlink-messages.ts';
import { DOWNLINK_VERSIONS } from '../../shared/contracts/protocol-version.ts';
import { hubOfDownlinkPull, subjects } from '../../shared/contracts/subjects.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import type { Stoppable } from '../../shared/kernel/lifecycle.ts';
import type { LinkMessage, MessageLink } from '../../shared/kernel/message-link.ts';
import type { OpenDatabase } from '../db/database.ts';
import type { CentralEvents } from '../events.ts';
import { pull } from './downlink-store.ts';

const SUPPORTED_VERSIONS: readonly number[] = DOWNLINK_VERSIONS;

type DownlinkErrorCode = z.infer<typeof downlinkErrorSchema>['error'];

/** What the service uses. */
export interface DownlinkParts {
  readonly nats: Pick<MessageLink, 'subscribe' | 'publish'>;
  readonly database: OpenDatabase;
  readonly clock: Clock;
  readonly events: CentralEvents;
}

/**
 * Answers hubs that ask what is new for them. PostgreSQL is the truth and the hub keeps its own place, so
 * nothing is lost or doubled however often either asks.
 */
export class DownlinkService implements Stoppable {
  readonly name = 'downlink';
  private readonly parts: DownlinkParts;
  private subscription: ReturnType<MessageLink['subscribe']> | undefined;
  private readonly running = new Set<Promise<void>>();

  constructor(parts: DownlinkParts) {
    this.parts = parts;
  }

  start(): void {
    // one queue for all central processes: a pull is answered once
    this.subscription = this.parts.nats.subscribe(subjects.anyDownlinkPull, {
      queue: 'downlink',
      callback: (error, message) => {
        if (!error) this.take(message);
      },
    });
  }

  async stop(): Promise<void> {
    this.subscription?.unsubscribe();
    await Promise.all(this.running);
  }

  /** Tells hubs that there is something new. Best effort: they ask every few seconds anyway. */
  nudge(hubIds: Iterable<string>): void {
    for (const hubId of hubIds) this.parts.nats.publish(subjects.downlinkNudge(hubId));
  }

  private take(message: LinkMessage): void {
    const answering = this.answer(message).finally(() => this.running.delete(answering));
    this.running.add(answering);
  }

  private async answer(message: LinkMessage): Promise<void> {
    const hubId = hubOfDownlinkPull(message.subject) ?? '';
    let answer: string;
    try {
      answer = await this.answerOf(hubId, message);
    } catch (error) {
      this.parts.events.downlinkFailed(hubId, error);
      answer = errorAnswer('unavailable');
    }
    message.respond(answer);
  }

  private async answerOf(hubId: string, message: LinkMessage): Promise<string> {
    const { database, clock, events } = this.parts;
    const ask = readPull(message);
    if (typeof ask === 'string') {
      events.downlinkRefused(hubId, ask);
      return errorAnswer(ask);
    }
    const page = await pull(database, hubId, {
      afterSeq: ask.afterSeq,
      limit: ask.limit,
      maxBytes: MAX_DOWNLINK_BYTES,
      at: new Date(clock.now()),
    });
    if (!page) {
      events.downlinkRefused(hubId, 'unknown_hub');
      return errorAnswer('unknown_hub');
    }
    events.downlinkPulled(hubId, { ...ask, headSeq: page.headSeq, sent: page.bodies.length });
    return `{"messages":[${page.bodies.join(',')}],"headSeq":${page.headSeq}}`;
  }
}

function readPull(message: LinkMessage): z.infer<typeof downlinkPullSchema> | DownlinkErrorCode {
  let json: unknown;
  try {
    json = message.json();
  } catch {
    return 'malformed_message';
  }
  // the version first: another one may ask in another shape
  const version = downlinkPullSchema.pick({ version: true }).safeParse(json);
  if (!version.success) return 'malformed_message';
  if (!SUPPORTED_VERSIONS.includes(version.data.version)) return 'unsupported_version';
  const ask = downlinkPullSchema.safeParse(json);
  return ask.success ? ask.data : 'malformed_message';
}

function errorAnswer(error: DownlinkErrorCode): string {
  const answer: z.infer<typeof downlinkErrorSchema> = {
    error,
    supportedVersions: [...DOWNLINK_VERSIONS],
  };
  return JSON.stringify(answer);
}
