import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A child that is not ready in time, or ended before it was. The end of its log is in the message. */
export class ChildProcessFault extends Error {
  override readonly name = 'ChildProcessFault';
}

export interface ChildSettings {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Where it runs. Default: where we run. */
  readonly cwd?: string;
  /** stderr goes here, and stdout too unless it is read. Appended to. */
  readonly logPath: string;
}

/** Above what the services give themselves (5 and 9.5 s). */
const TERM_LIMIT_MS = 11_000;
const LOG_TAIL_CHARACTERS = 2000;

/** One process of the stack: started, watched, and ended for certain. */
export class StackProcess {
  readonly name: string;
  readonly logPath: string;
  private readonly child: ChildProcess;
  private readonly ended: Promise<unknown>;
  private stdout = '';
  private failure: Error | undefined;

  constructor(settings: ChildSettings) {
    this.name = settings.name;
    this.logPath = settings.logPath;
    mkdirSync(dirname(settings.logPath), { recursive: true });
    const log = openSync(settings.logPath, 'a');
    this.child = spawn(settings.program, settings.args, {
      stdio: ['ignore', 'pipe', log],
      // a Ctrl-C is for whoever started the stack, who then stops it in order
      detached: true,
      ...(settings.env === undefined ? {} : { env: settings.env }),
      ...(settings.cwd === undefined ? {} : { cwd: settings.cwd }),
    });
    closeSync(log);
    this.child.stdout?.on('data', (chunk: Buffer) => {
      this.stdout += chunk.toString('utf8');
    });
    // a program that is not there has no pid, emits `error` and never `exit`
    this.child.on('error', (error) => {
      this.failure = error;
    });
    this.ended =
      this.child.pid === undefined ? Promise.resolve() : once(this.child, 'exit').catch(() => {});
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  get running(): boolean {
    return (
      this.child.pid !== undefined && this.child.exitCode === null && this.child.signalCode === null
    );
  }

  /** Resolves when the process has ended, however it did. */
  async untilEnded(): Promise<void> {
    await this.ended;
  }

  /**
   * Asks `probe` until it has an answer.
   *
   * @throws ChildProcessFault when the process ends first or `limitMs` have passed
   */
  async untilReady<T>(
    probe: (stdout: string) => Promise<T | undefined>,
    limitMs: number,
  ): Promise<T> {
    const deadline = performance.now() + limitMs;
    while (performance.now() < deadline) {
      const answer = await probe(this.stdout);
      if (answer !== undefined) return answer;
      if (!this.running) throw this.fault('ended before it was ready');
      await sleep(25);
    }
    throw this.fault(`is not ready after ${limitMs} ms`);
  }

  /** SIGTERM, and SIGKILL for one that does not obey. */
  async stop(): Promise<void> {
    if (!this.running) return;
    this.child.kill('SIGTERM');
    const inTime = await Promise.race([
      this.ended.then(() => true),
      sleep(TERM_LIMIT_MS, false, { ref: false }),
    ]);
    if (!inTime) await this.kill9();
  }

  /** For a program that is told so to read its configuration again, and the like. */
  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** As when the power goes. */
  async kill9(): Promise<void> {
    if (!this.running) return;
    this.child.kill('SIGKILL');
    await this.ended;
  }

  private fault(what: string): ChildProcessFault {
    const tail = readFileSync(this.logPath, 'utf8').slice(-LOG_TAIL_CHARACTERS);
    return new ChildProcessFault(`${this.name} ${what}; end of ${this.logPath}:\n${tail}`, {
      cause: this.failure,
    });
  }
}
