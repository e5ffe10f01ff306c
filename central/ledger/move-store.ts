import { and, eq, sql } from 'drizzle-orm';
import type { PaymentStanding } from '../../shared/domain/payment.ts';
import { PAYMENT_STATES } from '../../shared/domain/payment.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { arrayOf } from '../db/bulk-insert.ts';
import type { Executor } from '../db/database.ts';
import { paymentMoves } from '../db/schema.ts';

export type MoveRow = typeof paymentMoves.$inferInsert;

/** How a payment stands, and whose it is. */
export interface BookedStanding extends PaymentStanding {
  readonly shopperId: string | null;
  readonly merchantId: string;
  readonly currency: string;
}

/** How a payment stands at central; undefined where no hub has told of it. */
export async function findStanding(
  tx: Executor,
  hubId: string,
  paymentId: string,
): Promise<BookedStanding | undefined> {
  const [row] = await tx.execute<{
    state: string;
    refunded: string;
    amount: string;
    shopper_id: string | null;
    merchant_id: string;
    currency: string;
  }>(sql`
    select payment_state(${hubId}, ${paymentId}) as state, said.*,
           (select coalesce(sum(amount_minor), 0) from payment_moves
            where hub_id = ${hubId} and payment_id = ${paymentId} and kind = 'refund') as refunded
    from (
      select amount_minor as amount, shopper_id, merchant_id, currency from payments
      where hub_id = ${hubId} and payment_id = ${paymentId}
      union all
      select amount_minor, shopper_id, merchant_id, currency from payment_moves
      where hub_id = ${hubId} and payment_id = ${paymentId} and kind in ('authorise', 'cancel')
    ) as said limit 1`);
  if (!row) return undefined;
  return {
    state: stateOf(row.state),
    refundedMinor: BigInt(row.refunded),
    amountMinor: BigInt(row.amount),
    shopperId: row.shopper_id,
    merchantId: row.merchant_id,
    currency: row.currency,
  };
}

/** A state as the database tells it. */
export function stateOf(text: string): PaymentStanding['state'] {
  const state = (['new', ...PAYMENT_STATES] as const).find((each) => each === text);
  assert(state, 'a state is one of the table of moves');
  return state;
}

export async function moveExists(tx: Executor, hubId: string, moveId: string): Promise<boolean> {
  const found = await tx
    .select({ moveId: paymentMoves.moveId })
    .from(paymentMoves)
    .where(and(eq(paymentMoves.hubId, hubId), eq(paymentMoves.moveId, moveId)));
  return found.length > 0;
}

export async function insertMove(tx: Executor, row: MoveRow): Promise<void> {
  await tx.insert(paymentMoves).values(row);
}

/** Which of these payments something was told of besides their capture: few, so that captures stay quick. */
export async function findMoved(
  tx: Executor,
  hubId: string,
  paymentIds: readonly string[],
): Promise<Set<string>> {
  if (paymentIds.length === 0) return new Set();
  const rows = await tx
    .selectDistinct({ paymentId: paymentMoves.paymentId })
    .from(paymentMoves)
    .where(
      and(
        eq(paymentMoves.hubId, hubId),
        sql`${paymentMoves.paymentId} = any(${arrayOf(paymentIds, 'uuid')})`,
      ),
    );
  return new Set(rows.map((row) => row.paymentId));
}
