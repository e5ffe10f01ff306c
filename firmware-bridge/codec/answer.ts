import type { z } from 'zod';
import { ASKING_VERSION } from '../../shared/contracts/protocol-version.ts';
import { joinPayload } from '../../shared/contracts/terminal-frames.ts';
import { type answerSchema, answerSigningInput } from '../../shared/contracts/terminal-messages.ts';
import type { DeviceKey } from './device-key.ts';

export interface AnswerContent {
  /** Id of the message, a UUIDv7; the same id means the same bytes. */
  readonly requestId: string;
  /** Milliseconds since the Unix epoch at which the message is made. */
  readonly occurredAtMs: number;
  readonly terminalId: string;
  readonly paymentId: string;
  readonly questionId: string;
  /** What the shopper has typed. */
  readonly digits: string;
}

/**
 * A signed answer to a question as one MQTT payload.
 *
 * @returns the payload; deterministic but for the signature, so a repeat must send the same bytes
 */
export function encodeAnswer(content: AnswerContent, key: DeviceKey): Uint8Array {
  const { terminalId, paymentId, questionId, digits } = content;
  const text = answerSigningInput(terminalId, { paymentId, questionId, digits });
  const head: z.input<typeof answerSchema> = {
    id: content.requestId,
    type: 'payment.answer',
    version: ASKING_VERSION,
    occurredAt: new Date(content.occurredAtMs).toISOString(),
    source: terminalId,
    data: {
      paymentId,
      questionId,
      digits,
      signature: {
        format: 'ieee-p1363',
        value: Buffer.from(key.sign(text)).toString('base64'),
      },
    },
  };
  return joinPayload(head, []);
}
