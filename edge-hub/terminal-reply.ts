import type { z } from 'zod';
import { ASKING_VERSION, LIFE_CYCLE_VERSION } from '../shared/contracts/protocol-version.ts';
import type { terminalReplySchema } from '../shared/contracts/terminal-messages.ts';
import type { IdMaker } from '../shared/domain/ids.ts';
import type { Clock } from '../shared/kernel/clock.ts';

type ReplyInput = z.input<typeof terminalReplySchema>;
export type ReplyType = ReplyInput['type'];
export type ReplyData<Type extends ReplyType> = Extract<ReplyInput, { type: Type }>['data'];

/** Replies that came with a later version of the protocol; all others are as they were in the first, but for what they may hold besides. */
const VERSION_OF: Partial<Record<ReplyType, number>> = {
  'payment.question': ASKING_VERSION,
  'payment.state': LIFE_CYCLE_VERSION,
  'payments.recent': LIFE_CYCLE_VERSION,
};

const DATA = ',"data":';

/** A written reply with other data, which are its last part: before them no value can hold quotes that are not escaped. */
export function withData<Type extends ReplyType>(replyJson: string, data: ReplyData<Type>): string {
  const at = replyJson.indexOf(DATA) + DATA.length;
  return `${replyJson.slice(0, at)}${JSON.stringify(data)}}`;
}

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
      version: VERSION_OF[type] ?? 1,
      occurredAt: new Date(this.clock.now()).toISOString(),
      source: this.hubId,
      replyTo,
      data,
    });
  }
}
