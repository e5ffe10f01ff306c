import { setTimeout as sleep } from 'node:timers/promises';
import type { Stack } from '../stack/stack.ts';
import { hasBooked, hubSequences, isReconciled } from './audit.ts';
import { until } from './until.ts';

const OUTAGE_MS = 20_000;

/** The Internet goes away for every hub, and comes back. */
export class Outage {
  private readonly stack: Stack;
  private readonly signal: AbortSignal;
  private over: Promise<void> = Promise.resolve();
  private cutAt = 0;
  private restoredAt = 0;
  private caughtUpMs = 0;

  constructor(stack: Stack, signal: AbortSignal) {
    this.stack = stack;
    this.signal = signal;
  }

  /** Cuts now; restores by itself after 20 s. */
  begin(say: (text: string) => void): void {
    for (const hub of this.stack.hubs) hub.wan.cut();
    this.cutAt = performance.now();
    say('the link to central is CUT');
    this.over = this.restoreLater(say);
  }

  /**
   * Waits for its end and until central has everything that the hubs have.
   *
   * @throws WaitedTooLong when central does not catch up
   */
  async reconcile(): Promise<{ readonly seconds: number; readonly caughtUpMs: number }> {
    await this.over;
    await until('central has everything', () => isReconciled(this.stack));
    return {
      seconds: Math.round((this.restoredAt - this.cutAt) / 1_000),
      caughtUpMs: this.caughtUpMs,
    };
  }

  private async restoreLater(say: (text: string) => void): Promise<void> {
    try {
      await sleep(OUTAGE_MS, undefined, { signal: this.signal });
    } catch {
      return;
    }
    for (const hub of this.stack.hubs) hub.wan.restore();
    this.restoredAt = performance.now();
    say('the link to central is back');
    const backlog = await hubSequences(this.stack);
    await until('central has what was paid during the outage', () =>
      hasBooked(this.stack, backlog),
    );
    this.caughtUpMs = performance.now() - this.restoredAt;
    say(
      `central has caught up, ${(this.caughtUpMs / 1_000).toFixed(1)} s after the link came back`,
    );
  }
}
