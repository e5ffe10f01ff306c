import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { CENTRAL_OWNER } from '../../deploy/nats/nats-permissions.ts';
import type { Stack } from '../../deploy/stack/stack.ts';
import { subjects } from '../../shared/contracts/subjects.ts';
import { present } from '../../shared/kernel/assert.ts';
import { eventually } from '../support/eventually.ts';

const CHOOSING_LIMIT_MS = 30_000;

/** Which of central's nats-servers, counted from 0, leads the stream of a hub; waits until one does. */
export async function streamLeader({ central, pki }: Stack, hubId: string): Promise<number> {
  const { certPath, keyPath } = pki.centralService;
  const connection = await connect({
    servers: present(central.nats.serviceSettings['CENTRAL_NATS_URL'], 'a URL').split(','),
    tls: { caFile: pki.caPath, certFile: certPath, keyFile: keyPath },
    inboxPrefix: subjects.inbox(CENTRAL_OWNER),
  });
  try {
    const manager = await jetstreamManager(connection, { checkAPI: false });
    const name = await eventually(async () => {
      const info = await manager.streams.info(subjects.txStream(hubId)).catch(() => undefined);
      return info?.cluster?.leader;
    }, CHOOSING_LIMIT_MS);
    return Number(present(/(\d+)$/.exec(name)?.[1], 'servers are numbered')) - 1;
  } finally {
    await connection.close();
  }
}
