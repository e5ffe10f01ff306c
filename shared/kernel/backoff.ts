export interface BackoffOptions {
  readonly firstMs: number;
  readonly maxMs: number;
  /** Returns a number in [0, 1); passed in so that a simulation can repeat it. */
  readonly random: () => number;
}

/** Exponential back-off with full jitter: the n-th wait is uniform in [0, min(max, first * 2^n)). */
export class Backoff {
  private attempt = 0;
  private readonly options: BackoffOptions;

  constructor(options: BackoffOptions) {
    this.options = options;
  }

  /** Milliseconds to wait before the next try. */
  nextMs(): number {
    const ceiling = Math.min(this.options.maxMs, this.options.firstMs * 2 ** this.attempt);
    if (ceiling < this.options.maxMs) this.attempt += 1;
    return Math.ceil(ceiling * this.options.random());
  }

  /** To be called after a success. */
  reset(): void {
    this.attempt = 0;
  }
}
