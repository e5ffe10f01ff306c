import type { z } from 'zod';
import {
  type ChainPage,
  type chainErrorSchema,
  chainPullSchema,
  MAX_CHAIN_BYTES,
} from '../../shared/contracts/chain-messages.ts';
import { CHAIN_VERSIONS } from '../../shared/contracts/protocol-version.ts';
import { subjects } from '../../shared/contracts/subjects.ts';
import type { Logger } from '../../shared/kernel/logger.ts';
import type { LinkMessage, MessageLink } from '../../shared/kernel/message-link.ts';
import { eventJson, type OutboxStore } from './outbox-store.ts';

type ChainErrorCode = z.infer<typeof chainErrorSchema>['error'];
type Pull = z.infer<typeof chainPullSchema>;

export interface ChainDeskParts {
  readonly hubId: string;
  readonly store: OutboxStore;
  /** Resolves when everything committed so far is on disk: central must never know more than a power cut leaves. */
  readonly settled: () => Promise<void>;
  readonly logger: Logger;
}

const SUPPORTED_VERSIONS: readonly number[] = CHAIN_VERSIONS;

/** Gives central events of the ledger anew, as they were sent, where the stream has lost them. */
export class ChainDesk {
  private readonly parts: ChainDeskParts;

  constructor(parts: ChainDeskParts) {
    this.parts = parts;
  }

  /** Answers from now on; it ends with the connection. */
  start(connection: Pick<MessageLink, 'subscribe'>): { unsubscribe(): void } {
    return connection.subscribe(subjects.chainPull(this.parts.hubId), {
      callback: (error, message) => {
        if (!error) void this.answer(message);
      },
    });
  }

  /** What comes after, as much as fits, at least one event where there is one. */
  async page({ afterSeq, limit }: Pick<Pull, 'afterSeq' | 'limit'>): Promise<ChainPage> {
    const { store, settled } = this.parts;
    const { lastSeq, lastHash } = store.head();
    const rows = store.after(afterSeq, limit);
    await settled();
    const events: string[] = [];
    let bytes = 0;
    for (const row of rows) {
      const text = eventJson(row);
      bytes += Buffer.byteLength(JSON.stringify(text));
      if (events.length > 0 && bytes > MAX_CHAIN_BYTES) break;
      events.push(text);
    }
    return { events, head: { seq: lastSeq, hash: lastHash } };
  }

  private async answer(message: LinkMessage): Promise<void> {
    try {
      const pull = readPull(message);
      const answer =
        typeof pull === 'string' ? errorAnswer(pull) : JSON.stringify(await this.page(pull));
      message.respond(answer);
    } catch (error) {
      this.parts.logger.error({ module: 'chain', err: error }, 'central could not be answered');
      message.respond(errorAnswer('unavailable'));
    }
  }
}

function readPull(message: LinkMessage): Pull | ChainErrorCode {
  let json: unknown;
  try {
    json = message.json();
  } catch {
    return 'malformed_message';
  }
  // the version first: another one may ask in another shape
  const version = chainPullSchema.pick({ version: true }).safeParse(json);
  if (!version.success) return 'malformed_message';
  if (!SUPPORTED_VERSIONS.includes(version.data.version)) return 'unsupported_version';
  const pull = chainPullSchema.safeParse(json);
  return pull.success ? pull.data : 'malformed_message';
}

function errorAnswer(error: ChainErrorCode): string {
  const answer: z.infer<typeof chainErrorSchema> = {
    error,
    supportedVersions: [...CHAIN_VERSIONS],
  };
  return JSON.stringify(answer);
}
