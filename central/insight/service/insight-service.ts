import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Backoff } from '../../../shared/kernel/backoff.ts';
import type { Stoppable } from '../../../shared/kernel/lifecycle.ts';
import type { InsightSettings } from '../../env.ts';
import type { CentralEvents } from '../../events.ts';
import type { FromInsight, ToInsight } from './insight-messages.ts';

export interface InsightServiceParts {
  readonly settings: InsightSettings;
  readonly databaseUrl: string;
  readonly events: CentralEvents;
  readonly random: () => number;
}

const PROGRAM = new URL('./main.ts', import.meta.url);
/** A window under way is finished within this, or done again by the next process. */
const STOP_LIMIT_MS = 5_000;

/** The process that fills the lake: started, watched, started again when it ends by itself. */
export class InsightService implements Stoppable {
  readonly name = 'insight';
  private readonly parts: InsightServiceParts;
  private readonly backoff: Backoff;
  private child: ChildProcess | undefined;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(parts: InsightServiceParts) {
    this.parts = parts;
    this.backoff = new Backoff({ firstMs: 1_000, maxMs: 60_000, random: parts.random });
  }

  start(): void {
    const { settings, databaseUrl, events } = this.parts;
    const child = fork(PROGRAM, {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.child = child;
    child.on('message', (message: FromInsight) => this.hear(message));
    // the exit follows, and is what counts
    child.on('error', () => {});
    child.on('exit', (code) => {
      this.child = undefined;
      events.insightEnded(code, this.stopped);
      if (!this.stopped) this.timer = setTimeout(() => this.start(), this.backoff.nextMs());
    });
    send(child, { type: 'start', settings, databaseUrl });
    events.insightStarted();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    const { child } = this;
    if (!child) return;
    const ended = once(child, 'exit');
    send(child, { type: 'stop' });
    const inTime = await Promise.race([
      ended.then(() => true),
      sleep(STOP_LIMIT_MS, false, { ref: false }),
    ]);
    if (inTime) return;
    child.kill('SIGKILL');
    await ended;
  }

  private hear(message: FromInsight): void {
    if (message.type === 'failed') {
      this.parts.events.lakeFailed(message.why);
      return;
    }
    this.backoff.reset();
    this.parts.events.lakePassed(message.pass);
  }
}

/** A child that has just ended hears nothing; its exit is told by itself. */
function send(child: ChildProcess, message: ToInsight): void {
  child.send(message, () => {});
}
