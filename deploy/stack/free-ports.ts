import { once } from 'node:events';
import { createServer } from 'node:net';
import { assert } from '../../shared/kernel/assert.ts';

/**
 * Ports that nobody listens on at this moment. They are held together while they are chosen, so they
 * differ; whoever wants them should not wait long.
 */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports: number[] = [];
  try {
    for (const server of servers) {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const address = server.address();
      assert(address !== null && typeof address === 'object', 'a TCP server has a port');
      ports.push(address.port);
    }
  } finally {
    await Promise.all(
      servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))),
    );
  }
  return ports;
}
