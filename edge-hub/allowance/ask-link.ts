import type { NatsConnection } from '@nats-io/transport-node';
import {
  type AllowanceAskData,
  allowanceAnswerSchema,
} from '../../shared/contracts/allowance-messages.ts';
import { ALLOWANCE_VERSIONS } from '../../shared/contracts/protocol-version.ts';
import { subjects } from '../../shared/contracts/subjects.ts';
import type { Logger } from '../../shared/kernel/logger.ts';
import type { AskCentral } from './top-ups.ts';

/** Asks central over the hub's own nats-server. */
export class AskLink {
  private readonly hubId: string;
  private readonly logger: Logger;
  private connection: NatsConnection | undefined;

  constructor(hubId: string, logger: Logger) {
    this.hubId = hubId;
    this.logger = logger;
  }

  /** From now on there is a way. */
  start(connection: NatsConnection): void {
    this.connection = connection;
  }

  readonly ask: AskCentral = async (asks, timeoutMs) => {
    if (!this.connection) return undefined;
    const question: AllowanceAskData = { version: ALLOWANCE_VERSIONS[0], asks: [...asks] };
    try {
      const reply = await this.connection.request(
        subjects.allowanceAsk(this.hubId),
        JSON.stringify(question),
        { timeout: Math.max(1, Math.round(timeoutMs)) },
      );
      return allowanceAnswerSchema.parse(reply.json<unknown>()).grants;
    } catch (error) {
      this.logger.warn({ module: 'allowance', err: error }, 'central did not answer');
      return undefined;
    }
  };
}
