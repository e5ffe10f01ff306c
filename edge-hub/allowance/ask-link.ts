import {
  type AllowanceAskData,
  allowanceAnswerSchema,
} from '../../shared/contracts/allowance-messages.ts';
import { ALLOWANCE_VERSIONS } from '../../shared/contracts/protocol-version.ts';
import { subjects } from '../../shared/contracts/subjects.ts';
import type { Logger } from '../../shared/kernel/logger.ts';
import type { MessageLink } from '../../shared/kernel/message-link.ts';
import type { AskCentral } from './top-ups.ts';

/** Asks central over the hub's own nats-server. */
export class AskLink {
  private readonly hubId: string;
  private readonly logger: Logger;
  private connection: Pick<MessageLink, 'request'> | undefined;

  constructor(hubId: string, logger: Logger) {
    this.hubId = hubId;
    this.logger = logger;
  }

  /** From now on there is a way. */
  start(connection: Pick<MessageLink, 'request'>): void {
    this.connection = connection;
  }

  readonly ask: AskCentral = async ({ asks, openedBy }, timeoutMs) => {
    if (!this.connection) return undefined;
    const question: AllowanceAskData = {
      version: ALLOWANCE_VERSIONS[0],
      openedBy,
      asks: [...asks],
    };
    try {
      const reply = await this.connection.request(
        subjects.allowanceAsk(this.hubId),
        JSON.stringify(question),
        { timeout: Math.max(1, Math.round(timeoutMs)) },
      );
      return allowanceAnswerSchema.parse(reply.json()).grants;
    } catch (error) {
      this.logger.warn({ module: 'allowance', err: error }, 'central did not answer');
      return undefined;
    }
  };
}
