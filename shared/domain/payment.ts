/**
 * The life cycle of a payment. This table is the truth; the hub's SQLite and central's PostgreSQL hold the same rows
 * (`allowed_move`) and refuse what is not in them. Money that has moved is never taken back by an edit: a refund and a
 * reversal are moves of their own, with opposing postings.
 *
 * - `declined`: nothing is owed; the shopper may look again for the same payment
 * - `authorised`: the shopper is sure and the amount agreed, nothing is booked; captured, cancelled, or it expires
 * - `captured`: the shopper owes, the merchant is owed
 * - `partly_refunded`, `refunded`: part or all of it was given back
 * - `reversed`: all of it was undone before settlement
 * - `cancelled`, `expired`: it will never be captured
 */
export const PAYMENT_STATES = [
  'declined',
  'authorised',
  'captured',
  'partly_refunded',
  'refunded',
  'reversed',
  'cancelled',
  'expired',
] as const;
export type PaymentState = (typeof PAYMENT_STATES)[number];

/** What can happen to a payment. */
export const PAYMENT_MOVES = [
  'decline',
  'authorise',
  'capture',
  'refund',
  'reverse',
  'cancel',
  'expire',
] as const;
export type PaymentMove = (typeof PAYMENT_MOVES)[number];

/** The moves that are kept as rows and told to central: a declined look is an attempt, not a move of money. */
export const RECORDED_MOVES = [
  'authorise',
  'capture',
  'refund',
  'reverse',
  'cancel',
  'expire',
] as const satisfies readonly PaymentMove[];
export type RecordedMove = (typeof RECORDED_MOVES)[number];

/** The moves that book postings. */
export type BookedMove = Extract<PaymentMove, 'capture' | 'refund' | 'reverse'>;

export function isBooked(kind: PaymentMove): kind is BookedMove {
  return kind === 'capture' || kind === 'refund' || kind === 'reverse';
}

interface AllowedMove {
  /** `new`: the hub has not seen the payment. */
  readonly from: PaymentState | 'new';
  readonly move: PaymentMove;
  readonly to: PaymentState;
}

/** Every allowed move. A refund ends in the one or the other state by what is left. */
export const ALLOWED_MOVES: readonly AllowedMove[] = [
  { from: 'new', move: 'decline', to: 'declined' },
  { from: 'new', move: 'authorise', to: 'authorised' },
  { from: 'new', move: 'capture', to: 'captured' },
  // a terminal that gives up cancels what its hub may not have heard of yet: a late probe finds the door shut
  { from: 'new', move: 'cancel', to: 'cancelled' },
  { from: 'declined', move: 'decline', to: 'declined' },
  { from: 'declined', move: 'authorise', to: 'authorised' },
  { from: 'declined', move: 'capture', to: 'captured' },
  { from: 'declined', move: 'cancel', to: 'cancelled' },
  { from: 'authorised', move: 'capture', to: 'captured' },
  { from: 'authorised', move: 'cancel', to: 'cancelled' },
  { from: 'authorised', move: 'expire', to: 'expired' },
  { from: 'captured', move: 'reverse', to: 'reversed' },
  { from: 'captured', move: 'refund', to: 'partly_refunded' },
  { from: 'captured', move: 'refund', to: 'refunded' },
  { from: 'partly_refunded', move: 'refund', to: 'partly_refunded' },
  { from: 'partly_refunded', move: 'refund', to: 'refunded' },
];

/** How a payment stands, as far as moves depend on it. */
export interface PaymentStanding {
  readonly state: PaymentState | 'new';
  /** What was agreed; every move but a refund is of the whole. Minor units. */
  readonly amountMinor: bigint;
  /** Sum of the refunds. */
  readonly refundedMinor: bigint;
}

/**
 * - `not_allowed`: not from this state
 * - `amount_differs`: a move of the whole names another amount
 * - `above_captured`: more would be refunded than was captured
 */
export type MoveFailure = 'not_allowed' | 'amount_differs' | 'above_captured';

/** A `Result` of the kernel's shape: the domain imports nothing. */
type Moved =
  | { readonly ok: true; readonly value: PaymentStanding & { readonly state: PaymentState } }
  | { readonly ok: false; readonly error: MoveFailure };

/** How a payment stands after a move, or why the move is not allowed. Pure; the only place that decides it. */
export function afterMove(
  standing: PaymentStanding,
  move: { readonly kind: PaymentMove; readonly amountMinor: bigint },
): Moved {
  const { kind, amountMinor } = move;
  const targets = ALLOWED_MOVES.filter((row) => row.from === standing.state && row.move === kind);
  const [first] = targets;
  if (!first || amountMinor <= 0n) return { ok: false, error: 'not_allowed' };
  const { amountMinor: wholeMinor } = standing;
  if (kind !== 'refund') {
    if (amountMinor !== wholeMinor) return { ok: false, error: 'amount_differs' };
    return { ok: true, value: { ...standing, state: first.to } };
  }
  const refundedMinor = standing.refundedMinor + amountMinor;
  if (refundedMinor > wholeMinor) return { ok: false, error: 'above_captured' };
  const state = refundedMinor === wholeMinor ? 'refunded' : 'partly_refunded';
  return { ok: true, value: { amountMinor: wholeMinor, state, refundedMinor } };
}

/** What may still be refunded, minor units. */
export function refundableMinor(standing: PaymentStanding): bigint {
  const open = standing.state === 'captured' || standing.state === 'partly_refunded';
  return open ? standing.amountMinor - standing.refundedMinor : 0n;
}
