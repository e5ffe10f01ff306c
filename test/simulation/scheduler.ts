interface Due {
  readonly atMs: number;
  readonly order: number;
  readonly work: () => void;
  cancelled: boolean;
}

/** Turns of the event loop without anything new after which nothing more comes of what was begun. */
const QUIET_TURNS = 2;

/** What is added to the time must change it, also after weeks. */
const LEAST_MS = 0.001;

/**
 * Time that stands still while something is done and jumps to what is next. What is due at the same moment runs in the order
 * in which it was asked for, so that a run with the same seed is the same run.
 */
export class Scheduler {
  private readonly heap: Due[] = [];
  private order = 0;
  private nowMs = 0;
  private held = 0;

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

  /** Runs all that is due until then. */
  async runUntil(untilMs: number): Promise<void> {
    await this.settle();
    for (;;) {
      const [next] = this.heap;
      if (!next || next.atMs > untilMs) break;
      this.pop();
      if (next.cancelled) continue;
      this.nowMs = next.atMs;
      next.work();
      await this.settle();
    }
    this.nowMs = Math.max(this.nowMs, untilMs);
  }

  private settle(): Promise<void> {
    return new Promise((resolve) => {
      let before = this.order;
      let quiet = 0;
      const turn = (): void => {
        quiet = this.order === before && this.held === 0 ? quiet + 1 : 0;
        before = this.order;
        if (quiet === QUIET_TURNS) resolve();
        else setImmediate(turn);
      };
      setImmediate(turn);
    });
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
