import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { StackProcess } from './child-process.ts';
import { serviceEnvironment } from './env.ts';

const MAIN = fileURLToPath(new URL('./reaper-main.ts', import.meta.url));

/** Sees to it that nothing of a stack stays behind when its owner dies without stopping it. */
export class Reaper {
  private readonly child: ChildProcess;

  constructor() {
    this.child = spawn(process.execPath, [MAIN], {
      // a group of its own: a Ctrl-C for the owner must not end the one who cleans up
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
      env: serviceEnvironment({}),
    });
    this.child.unref();
    this.child.on('error', () => {});
    this.child.stdin?.on('error', () => {});
  }

  /** Ends this process with its owner, until it has ended by itself. */
  watch(process: StackProcess): void {
    const { pid } = process;
    if (pid === undefined) return;
    this.say(`watch ${pid}`);
    void process.untilEnded().then(() => this.say(`forget ${pid}`));
  }

  /** Ends the PostgreSQL of this data folder with its owner, if one runs there then. */
  watchPostgres(dataDir: string): void {
    this.say(`postgres ${dataDir}`);
  }

  /** Everything was stopped in order. */
  release(): void {
    this.say('release');
    this.child.stdin?.end();
  }

  private say(line: string): void {
    if (this.child.stdin?.writable === true) this.child.stdin.write(`${line}\n`);
  }
}
