import type Database from 'better-sqlite3';

/** A group of writes could not be committed: the database has nothing of any of them. */
export class GroupCommitError extends Error {
  override readonly name = 'GroupCommitError';
}

interface OpenGroup {
  readonly ended: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: GroupCommitError) => void;
}

/** Commits that follow do not flush the log. Inside a transaction SQLite refuses to change it. */
const LAZY = 'PRAGMA synchronous = NORMAL';
const FLUSHED = 'PRAGMA synchronous = FULL';

/** Runs work whose commit does not flush the log. Not inside a transaction. */
export function unflushed<T>(client: Database.Database, work: () => T): T {
  client.exec(LAZY);
  try {
    return work();
  } finally {
    client.exec(FLUSHED);
  }
}

/**
 * Brings what is written in one turn of the event loop into one transaction: pages that payments have in common are
 * written once, and there is one commit. Each piece of work is a savepoint in it, and fails by itself.
 *
 * Invariants: a group is committed by the end of the turn, and before anybody writes outside of it; nobody is told of it
 * before `committed()` has resolved; where the commit fails everybody in the group hears of it.
 */
export class WriteGroup {
  private readonly client: Database.Database;
  private readonly onCommitted: () => void;
  private readonly piece: ReturnType<typeof prepareSavepoint>;
  private open: OpenGroup | undefined;
  /** Of a group that was committed before its turn was over, and failed: its members have not asked yet. */
  private failed: GroupCommitError | undefined;
  private depth = 0;

  /** @param onCommitted called after each commit, which is not on disk yet */
  constructor(client: Database.Database, onCommitted: () => void) {
    this.client = client;
    this.onCommitted = onCommitted;
    this.piece = prepareSavepoint(client);
  }

  /** Runs work in the group of this turn, which begins with it where there is none. */
  write<T>(work: () => T): T {
    const { client } = this;
    // a part of somebody's transaction is committed with that
    if (client.inTransaction && !this.open) return this.withSavepoint(work);
    const group = this.open ?? this.begin();
    this.depth += 1;
    try {
      return this.withSavepoint(work);
    } catch (cause) {
      // of some faults, a full disk for one, SQLite takes back the whole transaction
      if (!client.inTransaction) this.end(group, cause);
      throw cause;
    } finally {
      this.depth -= 1;
    }
  }

  /** Commits what is open, unless called by a piece of its work; whoever waits for it hears when that fails. */
  commit(): void {
    const group = this.open;
    if (!group || this.depth > 0) return;
    try {
      this.client.exec('COMMIT');
      this.end(group);
    } catch (cause) {
      if (this.client.inTransaction) this.client.exec('ROLLBACK');
      this.end(group, cause);
    }
  }

  /**
   * Resolves when what was written in this turn is committed. To be called in the turn of the write.
   *
   * @throws GroupCommitError when it was not
   */
  async committed(): Promise<void> {
    if (this.failed) throw this.failed;
    await this.open?.ended;
  }

  /** As better-sqlite3's nested transactions, whose closures are made anew for each. */
  private withSavepoint<T>(work: () => T): T {
    const { client, piece } = this;
    piece.begin.run();
    try {
      const done = work();
      piece.release.run();
      return done;
    } catch (cause) {
      if (client.inTransaction) {
        piece.rollback.run();
        piece.release.run();
      }
      throw cause;
    }
  }

  private begin(): OpenGroup {
    try {
      this.client.exec(`${LAZY}; BEGIN IMMEDIATE`);
    } catch (error) {
      this.client.exec(FLUSHED);
      throw error;
    }
    const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
    // nobody may be waiting
    ended.catch(() => undefined);
    this.open = { ended, resolve, reject };
    setImmediate(() => {
      this.commit();
      this.failed = undefined;
    });
    return this.open;
  }

  private end(group: OpenGroup, cause?: unknown): void {
    this.open = undefined;
    this.client.exec(FLUSHED);
    if (cause === undefined) {
      this.onCommitted();
      group.resolve();
    } else {
      this.failed = new GroupCommitError('a group of payments could not be written', { cause });
      group.reject(this.failed);
    }
  }
}

function prepareSavepoint(client: Database.Database) {
  return {
    begin: client.prepare('SAVEPOINT piece'),
    release: client.prepare('RELEASE piece'),
    rollback: client.prepare('ROLLBACK TO piece'),
  };
}
