interface Due {
  readonly atMs: number;
  readonly order: number;
  readonly work: () => void;
  cancelled: boolean;
}

/** Rounds of what was promised after which nothing more comes of what was begun. */
const QUIET_ROUNDS = 2;
/** So often the machine's own event loop has a turn, for whoever else lives in this process. */
const OWN_TURN_EVERY = 1_000;

/** What is added to the time must change it, also after weeks. */
const LEAST_MS = 0.001;

/** Resolves when no promise of what was begun goes on by itself. */
function promisesKept(): Promise<void> {
  return new Promise((resolve) => {
    queueMicrotask(() => {
      process.nextTick(resolve);
    });
  });
}

/** What waits for the end of a turn, in turn. */
class Turns {
  private readonly waiting = new Map<object, () => void>();

  readonly set = (work: (...args: unknown[]) => void, ...args: unknown[]): object => {
    const key = {};
    this.waiting.set(key, () => {
      work(...args);
    });
    return key;
  };

  readonly clear = (key: object): void => {
    this.waiting.delete(key);
  };

  /** Runs what has waited longest. @returns whether there was anything */
  next(): boolean {
    for (const [key, work] of this.waiting) {
      this.waiting.delete(key);
      work();
      return true;
    }
    return false;
  }
}

/**
 * Time that stands still while something is done and jumps to what is next. What is due at the same moment runs in the order
 * in which it was asked for, so that a run with the same seed is the same run.
 */
export class Scheduler {
  private readonly heap: Due[] = [];
  private order = 0;
  private nowMs = 0;
  private held = 0;
  private readonly turns = new Turns();

  /** Milliseconds since the simulation began. */
  get now(): number {
    return this.nowMs;
  }

  /** @returns cancels it */
  after(ms: number, work: () => void): () => void {
    this.order += 1;
    const due = {
      atMs: this.nowMs + (ms > 0 ? Math.max(LEAST_MS, ms) : 0),
      order: this.order,
      work,
      cancelled: false,
    };
    this.push(due);
    return () => {
      due.cancelled = true;
    };
  }

  /** Time stands still for something that takes some of the machine's own. @returns lets it go on */
  hold(): () => void {
    this.held += 1;
    return () => {
      this.held -= 1;
    };
  }

  /**
   * Runs all that is due until then. What code puts off to the end of a turn of the event loop (`setImmediate`) is this
   * scheduler's meanwhile: turns of the machine's own take most of the time otherwise.
   */
  async runUntil(untilMs: number): Promise<void> {
    const { setImmediate: set, clearImmediate: clear } = globalThis;
    Object.assign(globalThis, {
      setImmediate: this.turns.set,
      clearImmediate: this.turns.clear,
    });
    try {
      await this.run(untilMs, set);
    } finally {
      Object.assign(globalThis, { setImmediate: set, clearImmediate: clear });
    }
  }

  private async run(untilMs: number, ownTurn: (resume: () => void) => unknown): Promise<void> {
    const rest = (): Promise<void> =>
      new Promise((resolve) => {
        ownTurn(resolve);
      });
    await this.settle(rest);
    for (let done = 1; ; done += 1) {
      const [next] = this.heap;
      if (!next || next.atMs > untilMs) break;
      this.pop();
      if (next.cancelled) continue;
      this.nowMs = next.atMs;
      next.work();
      await this.settle(rest);
      if (done % OWN_TURN_EVERY === 0) await rest();
    }
    this.nowMs = Math.max(this.nowMs, untilMs);
  }

  /** Until nothing more comes of what was begun. */
  private async settle(rest: () => Promise<void>): Promise<void> {
    for (;;) {
      for (let round = 0; round < QUIET_ROUNDS; round += 1) await promisesKept();
      if (this.turns.next()) continue;
      if (this.held === 0) return;
      await rest();
    }
  }

  private push(due: Due): void {
    const { heap } = this;
    let at = heap.length;
    heap.push(due);
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (!parent || !isBefore(due, parent)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = due;
  }

  private pop(): void {
    const { heap } = this;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const left = heap[2 * at + 1];
      const right = heap[2 * at + 2];
      const isRight = left !== undefined && right !== undefined && isBefore(right, left);
      const child = isRight ? right : left;
      if (!child || !isBefore(child, last)) break;
      heap[at] = child;
      at = 2 * at + (isRight ? 2 : 1);
    }
    heap[at] = last;
  }
}

function isBefore(a: Due, b: Due): boolean {
  return a.atMs === b.atMs ? a.order < b.order : a.atMs < b.atMs;
}
