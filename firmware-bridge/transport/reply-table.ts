import { splitPayload } from '../../shared/contracts/terminal-frames.ts';
import {
  type TerminalReply,
  terminalReplySchema,
} from '../../shared/contracts/terminal-messages.ts';
import { err, ok, type Result } from '../../shared/kernel/result.ts';

type Settle = (answer: Result<TerminalReply, 'timeout' | 'link_down'>) => void;

/** Requests under way, by their id. */
export class ReplyTable {
  private readonly waiting = new Map<string, Settle>();

  /** The reply to a request, or why none came. A second wait for the same id replaces the first. */
  wait(
    requestId: string,
    timeoutMs: number,
  ): Promise<Result<TerminalReply, 'timeout' | 'link_down'>> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle(err('timeout')), timeoutMs);
      const settle: Settle = (answer) => {
        clearTimeout(timer);
        if (this.waiting.get(requestId) === settle) this.waiting.delete(requestId);
        resolve(answer);
      };
      this.waiting.get(requestId)?.(err('timeout'));
      this.waiting.set(requestId, settle);
    });
  }

  /** Hands a reply to whoever waits for it; false when nobody does. */
  deliver(reply: TerminalReply): boolean {
    const settle = this.waiting.get(reply.replyTo ?? this.onlyOne() ?? '');
    settle?.(ok(reply));
    return settle !== undefined;
  }

  /** Nothing sent before will be answered on this connection. */
  linkDown(): void {
    for (const settle of this.waiting.values()) settle(err('link_down'));
  }

  /** A hub that can't read a message can't name its id either: then it means the only one under way. */
  private onlyOne(): string | undefined {
    return this.waiting.size === 1 ? this.waiting.keys().next().value : undefined;
  }
}

/** A reply as the hub sent it; undefined when it is none that we know. */
export function parseReply(payload: Uint8Array): TerminalReply | undefined {
  const split = splitPayload(payload);
  if (!split) return undefined;
  try {
    return terminalReplySchema.safeParse(JSON.parse(split.head)).data;
  } catch {
    return undefined;
  }
}
