import type { z } from 'zod';
import type { terminalReplySchema } from '../shared/contracts/terminal-messages.ts';
import type { IdMaker } from '../shared/domain/ids.ts';
import type { Clock } from '../shared/kernel/clock.ts';

type ReplyInput = z.input<typeof terminalReplySchema>;
export type ReplyType = ReplyInput['type'];
export type ReplyData<Type extends ReplyType> = Extract<ReplyInput, { type: Type }>['data'];

/** Writes replies to terminals as JSON text. */
export class ReplyWriter {
  private readonly hubId: string;
  private readonly clock: Clock;
  private readonly newId: IdMaker;

  constructor(parts: { readonly hubId: string; readonly clock: Clock; readonly newId: IdMaker }) {
    this.hubId = parts.hubId;
    this.clock = parts.clock;
    this.newId = parts.newId;
  }

  /** @param replyTo id of the request, or null when it could not be read */
  write<Type extends ReplyType>(type: Type, replyTo: string | null, data: ReplyData<Type>): string {
    return JSON.stringify({
      id: this.newId(),
      type,
      version: 1,
      occurredAt: new Date(this.clock.now()).toISOString(),
      source: this.hubId,
      replyTo,
      data,
    });
  }
}
