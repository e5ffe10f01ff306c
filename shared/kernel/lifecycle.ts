import type { Logger } from './logger.ts';

export interface Stoppable {
  readonly name: string;
  stop(): Promise<void> | void;
}

/**
 * Stops parts in the reverse order of their registration, so that what was started last (and depends
 * on the rest) goes first. One part that fails to stop does not keep the others alive.
 */
export class Lifecycle {
  private readonly parts: Stoppable[] = [];
  private stopping: Promise<void> | undefined;
  private readonly logger: Logger;

  constructor(logger: Logger) {
    this.logger = logger;
  }

  add<T extends Stoppable>(part: T): T {
    this.parts.push(part);
    return part;
  }

  /** Idempotent: a second call waits for the first. */
  stop(): Promise<void> {
    this.stopping ??= this.stopAll();
    return this.stopping;
  }

  private async stopAll(): Promise<void> {
    for (const part of this.parts.toReversed()) {
      try {
        await part.stop();
      } catch (error) {
        this.logger.error({ err: error, part: part.name }, 'a part did not stop cleanly');
      }
    }
  }
}

/** Ends the process after `stop`, once, on SIGTERM or SIGINT; a part that hangs is cut off at the limit. */
export function stopOnSignal(stop: () => Promise<void>, limitMs: number): void {
  let asked = false;
  const onSignal = (): void => {
    if (asked) return;
    asked = true;
    setTimeout(() => process.exit(1), limitMs).unref();
    void stop().then(() => process.exit(0));
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}
