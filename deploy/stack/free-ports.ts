import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below what systems hand out by themselves (Linux from 32768, macOS from 49152): a port from there
 * may be anybody's outgoing connection by the time a server that was told its number listens on it.
 */
const RANGE = { from: 14_000, to: 32_000 } as const;
const TRIES = 200;

/** @returns that many different ports of 127.0.0.1 on which nobody listens now */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  for (let tried = 0; ports.size < count; tried += 1) {
    if (tried > TRIES)
      throw new Error(`no ${count} free ports between ${RANGE.from} and ${RANGE.to}`);
    const port = randomInt(RANGE.from, RANGE.to);
    if (!ports.has(port) && (await isFree(port))) ports.add(port);
  }
  return [...ports];
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
  }
}
