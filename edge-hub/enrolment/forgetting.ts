import type { Logger } from '../../shared/kernel/logger.ts';

export interface ForgettingParts {
  readonly truncateLog: () => void;
  readonly overwriteBuffers: () => void;
  readonly collectGarbage: () => void;
  /** Has the networks overwrite what they hold of earlier faces; takes a moment beside the hub's work. */
  readonly overwriteNetworks: () => Promise<void>;
  readonly logger: Logger;
}

/** Erasures come in batches; a collection stops the hub for some ten milliseconds. */
const SETTLE_MS = 500;

/**
 * What is left to do when a person's rows are deleted: the log is cut at once, what remains of them in the working memory
 * of SQLite, OpenSSL and the networks is overwritten within a second, once for all who were erased meanwhile.
 */
export class Forgetting {
  private readonly parts: ForgettingParts;
  private timer: NodeJS.Timeout | undefined;

  constructor(parts: ForgettingParts) {
    this.parts = parts;
  }

  /** Rows were deleted and are committed. */
  erased(): void {
    this.parts.truncateLog();
    this.timer ??= setTimeout(() => this.overwrite(), SETTLE_MS);
  }

  /** Does at once what is still to be done. */
  stop(): void {
    if (this.timer) this.overwrite();
  }

  private overwrite(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { collectGarbage, overwriteBuffers, overwriteNetworks, truncateLog, logger } = this.parts;
    const failed = (error: unknown): void => {
      logger.error({ module: 'forgetting', err: error }, 'working memory was not overwritten');
    };
    overwriteNetworks().catch(failed);
    try {
      collectGarbage();
      overwriteBuffers();
      truncateLog();
    } catch (error) {
      // the rows are gone and the log was cut; a hub that cannot write has worse troubles than these buffers
      failed(error);
    }
  }
}
