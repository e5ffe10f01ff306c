export interface RecentReply {
  readonly inputHash: string;
  readonly replyJson: string;
}

const KEPT = 256;

/**
 * The last replies to probes, byte for byte. The database has all of them, but not the commit's duration,
 * which is known only when the row is written: a repeat within the minute gets exactly what was sent.
 */
export class RecentReplies {
  private readonly byRequest = new Map<string, RecentReply>();

  get(requestId: string): RecentReply | undefined {
    return this.byRequest.get(requestId);
  }

  put(requestId: string, reply: RecentReply): void {
    this.byRequest.set(requestId, reply);
    if (this.byRequest.size <= KEPT) return;
    const [oldest] = this.byRequest.keys();
    if (oldest !== undefined) this.byRequest.delete(oldest);
  }
}
