import type { Clock } from './clock.ts';

export interface RateLimit {
  readonly perSecond: number;
  readonly burst: number;
}

/** A token bucket per key. */
export class RateLimiter {
  private readonly buckets = new Map<string, { tokens: number; atMs: number }>();
  private readonly limit: RateLimit;
  private readonly clock: Clock;

  constructor(limit: RateLimit, clock: Clock) {
    this.limit = limit;
    this.clock = clock;
  }

  /** Takes a token; false when there is none. Keys are few and known, such as registered terminals: the map grows with them. */
  take(key: string): boolean {
    const now = this.clock.monotonic();
    const bucket = this.buckets.get(key) ?? { tokens: this.limit.burst, atMs: now };
    const earned = ((now - bucket.atMs) / 1_000) * this.limit.perSecond;
    const tokens = Math.min(this.limit.burst, bucket.tokens + earned);
    const allowed = tokens >= 1;
    this.buckets.set(key, { tokens: allowed ? tokens - 1 : tokens, atMs: now });
    return allowed;
  }
}
