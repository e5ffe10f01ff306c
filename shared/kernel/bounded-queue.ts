interface Waiting<T, R> {
  readonly job: T;
  readonly resolve: (value: R) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Runs jobs with a fixed concurrency and a fixed number of places to wait. A full queue refuses at
 * once: a shopper who is told "busy" within a millisecond is better served than one who waits unheard.
 */
export class BoundedQueue<T, R> {
  private readonly waiting: Waiting<T, R>[] = [];
  private running = 0;
  private readonly run: (job: T, release: () => void) => Promise<R>;
  private readonly limits: { readonly concurrency: number; readonly capacity: number };

  /** @param run may call `release` when what is left of the job needs none of what is scarce: the next one starts */
  constructor(
    run: (job: T, release: () => void) => Promise<R>,
    limits: { readonly concurrency: number; readonly capacity: number },
  ) {
    this.run = run;
    this.limits = limits;
  }

  /** Jobs waiting, the running ones not counted. */
  get depth(): number {
    return this.waiting.length;
  }

  get capacity(): number {
    return this.limits.capacity;
  }

  /** The job's result, or undefined when there is no place left. */
  offer(job: T): Promise<R> | undefined {
    if (this.running < this.limits.concurrency) return this.start(job);
    if (this.waiting.length >= this.limits.capacity) return undefined;
    return new Promise<R>((resolve, reject) => {
      this.waiting.push({ job, resolve, reject });
    });
  }

  private async start(job: T): Promise<R> {
    this.running += 1;
    let held = true;
    const release = (): void => {
      if (!held) return;
      held = false;
      this.running -= 1;
      const next = this.waiting.shift();
      if (next) this.start(next.job).then(next.resolve, next.reject);
    };
    try {
      return await this.run(job, release);
    } finally {
      release();
    }
  }
}
