import { accessSync, constants, mkdirSync, writeFileSync } from 'node:fs';
import { connect as connectSocket } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StackProcess } from '../stack/child-process.ts';

const FETCHED = fileURLToPath(new URL('../../.wuma/bin', import.meta.url));
/** Debian puts it there, and the PATH of ordinary users lacks it. */
const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/opt/homebrew/bin'];
const READY_LIMIT_MS = 15_000;

/**
 * Where nats-server is on this machine.
 *
 * @param path the PATH to search first
 * @throws Error that says how to get it
 */
export function findNatsServer(path: string): string {
  for (const folder of [...path.split(delimiter), FETCHED, ...SYSTEM_FOLDERS]) {
    const candidate = join(folder, 'nats-server');
    try {
      accessSync(candidate, constants.X_OK);
      return candidate;
    } catch {
      // the next folder
    }
  }
  throw new Error('nats-server is missing: npm test or npm start gets it, or install it yourself');
}

interface NatsServerOptions {
  readonly name: string;
  readonly program: string;
  /** The server runs in its folder, so that names of files in it may be relative. */
  readonly confPath: string;
  readonly clientPort: number;
  readonly logPath: string;
  /** Gets the process before it is ready. */
  readonly onSpawned?: (server: StackProcess) => void;
}

/**
 * Writes the configuration (mode 0600, it holds passwords) and starts a server with it.
 *
 * @returns when clients can connect
 */
export async function startNatsServer(
  options: NatsServerOptions & { readonly conf: string },
): Promise<StackProcess> {
  mkdirSync(dirname(options.confPath), { recursive: true, mode: 0o700 });
  writeFileSync(options.confPath, options.conf, { mode: 0o600 });
  return runNatsServer(options);
}

/** Starts a server with a configuration that is there. @returns when clients can connect */
export async function runNatsServer(options: NatsServerOptions): Promise<StackProcess> {
  const server = new StackProcess({
    name: options.name,
    program: options.program,
    args: ['-c', options.confPath],
    cwd: dirname(options.confPath),
    logPath: options.logPath,
  });
  options.onSpawned?.(server);
  try {
    await server.untilReady(() => greets(options.clientPort), READY_LIMIT_MS);
  } catch (error) {
    await server.kill9();
    throw error;
  }
  return server;
}

/** A nats-server speaks first: `INFO {...}`. */
function greets(port: number): Promise<true | undefined> {
  return new Promise((resolve) => {
    const socket = connectSocket(port, '127.0.0.1');
    const answer = (value: true | undefined): void => {
      socket.destroy();
      resolve(value);
    };
    socket.setTimeout(1000, () => answer(undefined));
    socket.on('error', () => answer(undefined));
    socket.on('data', (chunk) => answer(chunk.toString('utf8').startsWith('INFO') || undefined));
  });
}
