import { err, ok, type Result } from '../../shared/kernel/result.ts';
import { CONFLICT, type Refusal } from './probe-checks.ts';
import { RecentReplies } from './recent-replies.ts';

/** A request that may end in a payment. */
export interface KeyedRequest {
  readonly requestId: string;
  readonly inputHash: string;
  readonly paymentId: string;
}

interface InFlight extends KeyedRequest {
  readonly done: Promise<Result<string, Refusal>>;
}

/** Sees to it that a request is worked on once, however often it comes, and that every copy hears the same. */
export class OnceOnly {
  private readonly inFlight = new Map<string, InFlight>();
  private readonly recent = new RecentReplies();

  /** The answer to a request that is being worked on or was just answered; undefined when it is neither. */
  repeated(
    request: Pick<KeyedRequest, 'requestId' | 'inputHash'>,
  ): Promise<Result<string, Refusal>> | Result<string, Refusal> | undefined {
    const running = this.inFlight.get(request.requestId);
    if (running) return running.inputHash === request.inputHash ? running.done : err(CONFLICT);
    const recent = this.recent.get(request.requestId);
    if (!recent) return undefined;
    return recent.inputHash === request.inputHash ? ok(recent.replyJson) : err(CONFLICT);
  }

  /** Waits for the work under way, which must have begun in the same turn as `repeated` said undefined. */
  async run(
    request: KeyedRequest,
    done: Promise<Result<string, Refusal>>,
  ): Promise<Result<string, Refusal>> {
    const { requestId, inputHash } = request;
    this.inFlight.set(requestId, { ...request, done });
    try {
      const result = await done;
      if (result.ok) this.recent.put(requestId, { inputHash, replyJson: result.value });
      return result;
    } finally {
      this.inFlight.delete(requestId);
    }
  }

  /** Waits until nothing is under way for a payment. */
  async settled(paymentId: string): Promise<void> {
    const running = [...this.inFlight.values()].filter((entry) => entry.paymentId === paymentId);
    await Promise.all(running.map((entry) => entry.done));
  }

  /** Waits until nothing is under way at all. */
  async drain(): Promise<void> {
    await Promise.all([...this.inFlight.values()].map((entry) => entry.done));
  }
}
