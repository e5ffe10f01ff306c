import type { Due } from '../../shared/contracts/http-settlement.ts';
import type { Executor } from '../db/database.ts';
import { gatherDue, sumDue } from './due-store.ts';

/**
 * What one merchant is owed, worked out as a run does it; nothing is settled.
 *
 * @param tx a transaction of its own: what is gathered is dropped with it
 */
export async function dueOf(
  tx: Executor,
  asked: Pick<Due, 'merchantId' | 'currency'> & { readonly capturedBefore: Date },
): Promise<Due> {
  const { merchantId, currency } = asked;
  await gatherDue(tx, asked);
  const [due] = await sumDue(tx);
  return {
    merchantId,
    currency,
    payable: due !== undefined,
    capturedMinor: textOf(due?.capturedMinor),
    refundedMinor: textOf(due?.refundedMinor),
    feeMinor: textOf(due?.feeMinor),
    adjustedMinor: textOf(due?.adjustedMinor),
    amountMinor: textOf(due?.amountMinor),
  };
}

function textOf(minor: bigint | undefined): string {
  return (minor ?? 0n).toString();
}
