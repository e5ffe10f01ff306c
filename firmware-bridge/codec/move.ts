import { LIFE_CYCLE_VERSION } from '../../shared/contracts/protocol-version.ts';
import { moveSigningInput, type PaymentMoveType } from '../../shared/contracts/terminal-moves.ts';
import type { Currency } from '../../shared/domain/money.ts';
import type { DeviceKey } from './device-key.ts';

export interface MoveContent {
  /** Id of the message and of the move, a UUIDv7: asked again with the same id, it is done once. */
  readonly moveId: string;
  readonly type: PaymentMoveType;
  readonly paymentId: string;
  readonly amountMinor: bigint;
  readonly currency: Currency;
}

/**
 * A signed request for a move.
 *
 * @returns the message; another signature each time, which the hub does not mind: what is signed is the move's input
 */
export function moveHead(
  content: MoveContent,
  from: { readonly terminalId: string; readonly occurredAtMs: number; readonly key: DeviceKey },
) {
  const { moveId: id, type, paymentId, amountMinor, currency } = content;
  const text = moveSigningInput(from.terminalId, { id, type, paymentId, amountMinor, currency });
  const value = Buffer.from(from.key.sign(text)).toString('base64');
  return {
    id,
    type,
    version: LIFE_CYCLE_VERSION,
    occurredAt: new Date(from.occurredAtMs).toISOString(),
    source: from.terminalId,
    data: {
      paymentId,
      amountMinor: amountMinor.toString(),
      currency,
      signature: { format: 'ieee-p1363', value },
    },
  } as const;
}
