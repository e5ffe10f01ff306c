import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Panel, PanelName } from '../../../shared/contracts/http-insight.ts';
import { unreachable } from '../../../shared/kernel/assert.ts';
import { Backoff } from '../../../shared/kernel/backoff.ts';
import type { Stoppable } from '../../../shared/kernel/lifecycle.ts';
import { err, ok, type Result } from '../../../shared/kernel/result.ts';
import type { InsightSettings } from '../../env.ts';
import type { CentralEvents } from '../../events.ts';
import type { FromInsight, PanelQuestion, ToInsight } from './insight-messages.ts';

export interface InsightServiceParts {
  readonly settings: InsightSettings;
  readonly databaseUrl: string;
  readonly events: CentralEvents;
  readonly random: () => number;
}

const PROGRAM = new URL('./main.ts', import.meta.url);
/** A window under way is finished within this, or done again by the next process. */
const STOP_LIMIT_MS = 5_000;

/** A question that takes longer has no answer. */
const ANSWER_LIMIT_MS = 15_000;
/** Questions under way at a time; more are turned away. */
const MOST_QUESTIONS = 24;

/** Why there is no answer. */
export type InsightProblem = 'busy' | 'unavailable';

interface Waiting {
  readonly panel: PanelName;
  readonly fromMs: number;
  readonly resolve: (answer: Result<Panel, InsightProblem>) => void;
}

/**
 * The process that fills the lake and answers from it: started, watched, started again when it ends by itself.
 */
export class InsightService implements Stoppable {
  readonly name = 'insight';
  private readonly parts: InsightServiceParts;
  private readonly backoff: Backoff;
  private child: ChildProcess | undefined;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;
  private readonly waiting = new Map<number, Waiting>();
  private asked = 0;

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
      for (const id of this.waiting.keys()) this.settle(id, err('unavailable'));
      events.insightEnded(code, this.stopped);
      if (!this.stopped) this.timer = setTimeout(() => this.start(), this.backoff.nextMs());
    });
    send(child, { type: 'start', settings, databaseUrl });
    events.insightStarted();
  }

  /** Asks for a panel. */
  ask(question: PanelQuestion): Promise<Result<Panel, InsightProblem>> {
    const { child } = this;
    if (!child) return Promise.resolve(err('unavailable'));
    if (this.waiting.size >= MOST_QUESTIONS) return Promise.resolve(err('busy'));
    this.asked += 1;
    const id = this.asked;
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.settle(id, err('unavailable')), ANSWER_LIMIT_MS);
      this.waiting.set(id, {
        panel: question.panel,
        fromMs: performance.now(),
        resolve: (answer) => {
          clearTimeout(timer);
          resolve(answer);
        },
      });
      send(child, { type: 'ask', id, question });
    });
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
    const { events } = this.parts;
    switch (message.type) {
      case 'passed':
        this.backoff.reset();
        return events.lakePassed(message.pass);
      case 'failed':
        return events.lakeFailed(message.why);
      case 'answer':
        return this.settle(message.id, ok(message.panel));
      case 'no-answer':
        events.panelFailed(message.why);
        return this.settle(message.id, err('unavailable'));
      default:
        return unreachable(message);
    }
  }

  private settle(id: number, answer: Result<Panel, InsightProblem>): void {
    const waiting = this.waiting.get(id);
    // an answer that comes too late
    if (!waiting) return;
    this.waiting.delete(id);
    this.parts.events.panelAnswered(waiting.panel, {
      ok: answer.ok,
      tookMs: performance.now() - waiting.fromMs,
    });
    waiting.resolve(answer);
  }
}

/** A child that has just ended hears nothing; its exit is told by itself. */
function send(child: ChildProcess, message: ToInsight): void {
  child.send(message, () => {});
}
