import { closeSync, fdatasync, openSync } from 'node:fs';

/** The disk refused to keep what was written: nothing after it can be promised until the hub is started anew. */
export class LogSyncError extends Error {
  override readonly name = 'LogSyncError';
}

/**
 * Brings commits that did not wait for the disk onto it, off the main thread and many at a time: while one flush is under
 * way, all that commit meanwhile share the next (group commit).
 *
 * Invariant: when `settled()` resolves, everything committed before it was called is on disk. After a failed flush it
 * rejects for good: the kernel may have dropped the pages and report the next flush as good.
 */
export class LogSync {
  private readonly flush: () => Promise<void>;
  private running: Promise<void> | undefined;
  private next: Promise<void> | undefined;
  private dirty = false;
  private broken: LogSyncError | undefined;

  /** @param flush brings everything written so far onto the disk */
  constructor(flush: () => Promise<void>) {
    this.flush = flush;
  }

  /** Something was committed that is not on disk yet; its flush begins at once, or after the one under way. */
  committed(): void {
    this.dirty = true;
    void this.settled().catch(() => undefined);
  }

  settled(): Promise<void> {
    if (this.broken) return Promise.reject(this.broken);
    if (!this.dirty) return this.running ?? Promise.resolve();
    if (this.running) {
      this.next ??= this.after(this.running);
      return this.next;
    }
    return this.begin();
  }

  private begin(): Promise<void> {
    this.dirty = false;
    this.running = this.flushOnce();
    return this.running;
  }

  private async after(running: Promise<void>): Promise<void> {
    await running;
    this.next = undefined;
    await this.begin();
  }

  private async flushOnce(): Promise<void> {
    try {
      await this.flush();
    } catch (cause) {
      this.broken = new LogSyncError('the disk does not keep what is written', { cause });
      throw this.broken;
    } finally {
      this.running = undefined;
    }
  }
}

/** A file whose contents can be flushed while others write to it. */
export function openForFlushing(path: string): {
  readonly flush: () => Promise<void>;
  readonly close: () => void;
} {
  const fd = openSync(path, 'r');
  return {
    flush: () =>
      new Promise((resolve, reject) => {
        fdatasync(fd, (error) => {
          if (error) reject(error);
          else resolve();
        });
      }),
    close: () => {
      closeSync(fd);
    },
  };
}
