import { connect, type NatsConnection } from '@nats-io/transport-node';
import { subjects } from '../shared/contracts/subjects.ts';
import type { Logger } from '../shared/kernel/logger.ts';

export interface NatsSettings {
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

const RECONNECT_MS = 500;

/**
 * Connects to the hub's own nats-server, however long it takes, and stays connected.
 *
 * @param signal gives up waiting for the first connection
 * @returns undefined when given up
 */
export async function connectNats(
  settings: NatsSettings,
  parts: { readonly hubId: string; readonly logger: Logger; readonly signal: AbortSignal },
): Promise<NatsConnection | undefined> {
  while (!parts.signal.aborted) {
    try {
      return await connect({
        servers: settings.url.split(','),
        user: settings.user,
        pass: settings.password,
        name: parts.hubId,
        inboxPrefix: subjects.inbox(parts.hubId),
        maxReconnectAttempts: -1,
        reconnectTimeWait: RECONNECT_MS,
        ignoreAuthErrorAbort: true,
      });
    } catch (error) {
      parts.logger.warn({ module: 'nats', err: error }, 'nats-server is not there yet');
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, RECONNECT_MS);
        parts.signal.addEventListener('abort', () => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }
  return undefined;
}
