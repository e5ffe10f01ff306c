/**
 * States of a payment at the hub. `declined` is not the end: the shopper may look again for the same
 * payment. `captured` is: from there only opposing postings go on, never an edit.
 */
export type PaymentState = 'declined' | 'captured';

/** The table of allowed moves; `null` is "not seen yet". The hub's database enforces the same. */
const ALLOWED_MOVES: readonly (readonly [PaymentState | null, PaymentState])[] = [
  [null, 'declined'],
  [null, 'captured'],
  ['declined', 'declined'],
  ['declined', 'captured'],
];

/** Whether a payment may go from one state to another. */
export function mayMove(from: PaymentState | null, to: PaymentState): boolean {
  return ALLOWED_MOVES.some(([allowedFrom, allowedTo]) => allowedFrom === from && allowedTo === to);
}
