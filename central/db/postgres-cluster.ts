import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { assert } from '../../shared/kernel/assert.ts';
import type { Stoppable } from '../../shared/kernel/lifecycle.ts';
import type { Logger } from '../../shared/kernel/logger.ts';
import {
  clusterFolder,
  makeFolderFor,
  PostgresUnavailableError,
  type PostgresUser,
  postgresPrograms,
  postgresUser,
} from './postgres-files.ts';

export interface ClusterOptions {
  /** The cluster lies in `pg` below it, its password in `pg-password` (mode 0600). */
  readonly dataDir: string;
  /** 0 for a free one. */
  readonly port: number;
  readonly logger: Logger;
}

const SUPERUSER = 'wuma';
const DATABASE = 'wuma';
const START_LIMIT_MS = 60_000;
const FAST_STOP_LIMIT_MS = 5_000;
const KILL_LIMIT_MS = 1_500;
const LOG_TAIL_LINES = 20;
const READY_LINE = 'database system is ready to accept connections';

/**
 * A PostgreSQL of our own, from the npm package's binaries. They are run here and not by the package's
 * class, because that one stops the database at the first SIGTERM, before central has drained.
 */
export class PostgresCluster implements Stoppable {
  readonly name = 'postgresql';
  /** `postgres://` address of the database, with its password. */
  readonly url: string;
  private readonly server: ChildProcess;
  private stopping = false;
  private readonly onProcessExit: () => void;

  private constructor(url: string, server: ChildProcess, logger: Logger) {
    this.url = url;
    this.server = server;
    this.onProcessExit = () => server.kill('SIGINT');
    process.on('exit', this.onProcessExit);
    server.on('exit', (code) => {
      if (!this.stopping) logger.fatal({ code }, 'PostgreSQL has ended by itself');
    });
  }

  /**
   * Makes the cluster when there is none, ends the one that a killed central left running, and starts it.
   *
   * @throws PostgresUnavailableError with what PostgreSQL said
   */
  static async start(options: ClusterOptions): Promise<PostgresCluster> {
    const user = postgresUser();
    const programs = postgresPrograms(user);
    const password = passwordIn(options.dataDir);
    const folder = clusterFolder(join(options.dataDir, 'pg'), user);
    if (!existsSync(join(folder, 'PG_VERSION'))) initialise({ programs, user, folder, password });
    await endLeftOver(folder, options.logger);
    const port = options.port === 0 ? await freePort() : options.port;
    const server = await startServer({ programs, user, folder, port, logger: options.logger });
    const url = `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/`;
    const cluster = new PostgresCluster(`${url}${DATABASE}`, server, options.logger);
    await createDatabase(`${url}postgres`, DATABASE);
    return cluster;
  }

  /** A fast shutdown: open transactions are rolled back, everything committed is on disk. */
  async stop(): Promise<void> {
    this.stopping = true;
    process.off('exit', this.onProcessExit);
    if (this.server.exitCode !== null || this.server.signalCode !== null) return;
    const ended = once(this.server, 'exit');
    this.server.kill('SIGINT');
    for (const [signal, afterMs] of [
      ['SIGQUIT', FAST_STOP_LIMIT_MS],
      ['SIGKILL', KILL_LIMIT_MS],
    ] as const) {
      const inTime = await Promise.race([
        ended.then(() => true),
        sleep(afterMs, false, { ref: false }),
      ]);
      if (inTime) return;
      this.server.kill(signal);
    }
    await ended;
  }
}

/** Creates a database unless it is there. */
export async function createDatabase(adminUrl: string, name: string): Promise<void> {
  const admin = postgres(adminUrl, { max: 1, onnotice: () => {} });
  try {
    const found = await admin`select 1 from pg_database where datname = ${name}`;
    if (found.length === 0) await admin`create database ${admin(name)}`;
  } finally {
    await admin.end({ timeout: 1 });
  }
}

function passwordIn(dataDir: string): string {
  // others may pass through to reach `pg`, but not list it
  mkdirSync(dataDir, { recursive: true, mode: 0o711 });
  const path = join(dataDir, 'pg-password');
  if (!existsSync(path)) {
    writeFileSync(path, randomBytes(24).toString('hex'), { mode: 0o600, flag: 'wx' });
  }
  return readFileSync(path, 'utf8').trim();
}

interface Place {
  readonly programs: string;
  readonly user: PostgresUser;
  readonly folder: string;
}

/** Makes the cluster beside its place and moves it there, so that an interrupted one is never used. */
function initialise({ programs, user, folder, password }: Place & { password: string }): void {
  const fresh = `${folder}.new`;
  makeFolderFor(user, fresh);
  const secrets = mkdtempSync(join(tmpdir(), 'wuma-pg-'));
  const passwordFile = join(secrets, 'password');
  try {
    writeFileSync(passwordFile, password, { mode: 0o600 });
    if (user.uid !== undefined && user.gid !== undefined) {
      chownSync(secrets, user.uid, user.gid);
      chownSync(passwordFile, user.uid, user.gid);
    }
    const run = spawnSync(
      join(programs, 'bin', 'initdb'),
      [
        `--pgdata=${fresh}`,
        `--username=${SUPERUSER}`,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--locale=C',
        '--data-checksums',
      ],
      { ...user, cwd: '/', encoding: 'utf8', env: { LC_ALL: 'C' } },
    );
    if (run.status !== 0) {
      const said = `${run.error?.message ?? ''}\n${run.stdout}\n${run.stderr}`.trim();
      throw new PostgresUnavailableError(`PostgreSQL could not make its files: ${said}`);
    }
    rmSync(folder, { recursive: true, force: true });
    renameSync(fresh, folder);
  } finally {
    rmSync(secrets, { recursive: true, force: true });
  }
}

/**
 * A central that was killed leaves its PostgreSQL running, which a new one cannot start beside. It is
 * ended by its own pid, and only if it is an orphan: one with a parent belongs to a central that runs.
 */
async function endLeftOver(folder: string, logger: Logger): Promise<void> {
  const pidFile = join(folder, 'postmaster.pid');
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
  const found = Number.isInteger(pid) && pid > 1 ? processOf(pid) : undefined;
  if (!found?.command.includes(folder)) return;
  // an orphan's parent is init; in a container that may be a node too
  if (found.parent !== 1 && processOf(found.parent)?.command.includes('node')) {
    throw new PostgresUnavailableError(
      `another central (process ${found.parent}) runs on these files: stop it, or choose another CENTRAL_DATA_DIR`,
    );
  }
  logger.warn({ pid }, 'ending the PostgreSQL that a killed central left running');
  for (const [signal, limitMs] of [
    ['SIGINT', FAST_STOP_LIMIT_MS],
    ['SIGQUIT', FAST_STOP_LIMIT_MS],
  ] as const) {
    process.kill(pid, signal);
    const deadline = performance.now() + limitMs;
    while (performance.now() < deadline) {
      if (!processOf(pid)?.command.includes(folder)) return;
      await sleep(50);
    }
  }
  throw new PostgresUnavailableError(`PostgreSQL (process ${pid}) does not end`);
}

function processOf(pid: number): { parent: number; command: string } | undefined {
  if (process.platform === 'linux') {
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      return { parent: Number(/^PPid:\s*(\d+)/m.exec(status)?.[1]), command };
    } catch {
      return undefined;
    }
  }
  const run = spawnSync('ps', ['-o', 'ppid=,command=', '-p', String(pid)], { encoding: 'utf8' });
  const match = /^\s*(\d+)\s+(.*)$/m.exec(run.stdout);
  return match ? { parent: Number(match[1]), command: match[2] ?? '' } : undefined;
}

async function startServer(
  options: Place & { readonly port: number; readonly logger: Logger },
): Promise<ChildProcess> {
  const server = spawn(
    join(options.programs, 'bin', 'postgres'),
    [
      ['-D', options.folder, '-p', String(options.port)],
      ...Object.entries(SETTINGS).map(([name, value]) => ['-c', `${name}=${value}`]),
    ].flat(),
    // a session of its own: Ctrl-C in a terminal must reach central alone, which then stops this one
    {
      ...options.user,
      cwd: '/',
      env: { LC_ALL: 'C' },
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  const tail: string[] = [];
  const ready = Promise.withResolvers<void>();
  server.on('error', (error) => ready.reject(error));
  server.on('exit', (code) => ready.reject(new Error(`it ended with code ${code}`)));
  server.stderr?.setEncoding('utf8').on('data', (text: string) => {
    for (const line of text.split('\n').filter(Boolean)) {
      options.logger.debug({ line }, 'PostgreSQL says');
      tail.push(line);
      if (tail.length > LOG_TAIL_LINES) tail.shift();
      if (line.includes(READY_LINE)) ready.resolve();
    }
  });
  const timer = setTimeout(() => ready.reject(new Error('it is not ready')), START_LIMIT_MS);
  try {
    await ready.promise;
    return server;
  } catch (error) {
    server.kill('SIGKILL');
    throw new PostgresUnavailableError(`PostgreSQL does not start: ${tail.join('\n')}`, {
      cause: error,
    });
  } finally {
    clearTimeout(timer);
  }
}

/** Durable (fsync stays on), reachable from this machine only, and silent about what is in its rows. */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '60',
  shared_buffers: '64MB',
  log_error_verbosity: 'terse',
  log_min_error_statement: 'panic',
};

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert(address !== null && typeof address === 'object', 'a TCP server has a port');
  server.close();
  await once(server, 'close');
  return address.port;
}
